/** The package's version, the same as in package.json (a test compares them). */
export const VERSION = '0.1.0';

/** How this agent names itself in HELLO, for the relay's log. */
export const AGENT = `culvert-js/${VERSION}`;
