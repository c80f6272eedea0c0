import type { CloseCode } from './close-code.ts';
import * as codes from './close-code.ts';

/** What every error of this package has. */
export abstract class ShareError extends Error {
  /** What to do about it, in a sentence. */
  readonly hint: string;

  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(`${message}. ${hint}`, options);
    this.name = new.target.name;
    this.hint = hint;
  }
}

/** An option is missing or out of its range; `option` names it. */
export class OptionError extends ShareError {
  readonly option: string;

  constructor(option: string, message: string, hint: string) {
    super(`option ${option}: ${message}`, hint);
    this.option = option;
  }
}

/** The database cannot be shared: it is closed, has died, or is not a PGlite of this process. */
export class DatabaseError extends ShareError {}

/** The relay ended the WebSocket, or it never opened. Subclasses tell the reasons apart. */
export abstract class RelayError extends ShareError {
  /** The WebSocket close code, PROTOCOL.md section 10; 1006 when there was none. */
  readonly closeCode: number;
  /** Whether trying again can help. */
  readonly retry: codes.Retry;

  constructor(close: CloseCode, message: string | undefined, options?: ErrorOptions) {
    super(message ? `${close.meaning}: ${message}` : close.meaning, close.hint, options);
    this.closeCode = close.code;
    this.retry = close.retry;
  }
}

/** The relay cannot be reached, refused the WebSocket, or went away before it answered. */
export class RelayUnreachableError extends RelayError {
  constructor(message: string, options?: ErrorOptions) {
    super(
      {
        ...codes.CONNECTION_LOST,
        meaning: 'the relay cannot be reached',
        hint: 'Check the address, that the relay runs, and that its certificate is trusted here.',
      },
      message,
      options,
    );
  }
}
/** A frame broke the tunnel protocol; 4000. */
export class ProtocolViolationError extends RelayError {
  constructor(message?: string) {
    super(codes.VIOLATION, message);
  }
}
/** The token is missing or not accepted; 4001. */
export class UnauthorizedError extends RelayError {
  constructor(message?: string) {
    super(codes.UNAUTHORIZED, message);
  }
}
/** Another agent holds the name; 4002. */
export class NameTakenError extends RelayError {
  constructor(message?: string) {
    super(codes.NAME_TAKEN, message);
  }
}
/** HELLO asks for what this relay does not do; 4003. */
export class HelloRefusedError extends RelayError {
  constructor(message?: string) {
    super(codes.HELLO_REFUSED, message);
  }
}
/** Too many tunnels; 4009. */
export class TunnelLimitError extends RelayError {
  constructor(message?: string) {
    super(codes.LIMIT, message);
  }
}
/** The relay is shutting down; 4011. */
export class RelayDrainingError extends RelayError {
  constructor(message?: string) {
    super(codes.DRAINING, message);
  }
}
/** The relay failed; 4012. */
export class RelayInternalError extends RelayError {
  constructor(message?: string) {
    super(codes.INTERNAL, message);
  }
}
/** The relay took too long to answer; 4007. */
export class RelayTimeoutError extends RelayError {
  constructor(message?: string) {
    super(codes.DEAD, message);
  }
}

/** The error that a close before WELCOME becomes. */
export function relayErrorOf(code: number, message: string): RelayError {
  switch (code) {
    case codes.VIOLATION.code:
      return new ProtocolViolationError(message);
    case codes.UNAUTHORIZED.code:
      return new UnauthorizedError(message);
    case codes.NAME_TAKEN.code:
      return new NameTakenError(message);
    case codes.HELLO_REFUSED.code:
      return new HelloRefusedError(message);
    case codes.DEAD.code:
      return new RelayTimeoutError(message);
    case codes.LIMIT.code:
      return new TunnelLimitError(message);
    case codes.DRAINING.code:
      return new RelayDrainingError(message);
    case codes.INTERNAL.code:
      return new RelayInternalError(message);
    default:
      return new RelayUnreachableError(
        message || `the connection closed with code ${code} before the relay's WELCOME`,
      );
  }
}
