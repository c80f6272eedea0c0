/** The command line's parts, and its commands as processes. */
@NullMarked
package dev.culvert.agent.cli;

import org.jspecify.annotations.NullMarked;
