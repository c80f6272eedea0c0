/**
 * OpenTelemetry spans of tunnels and sessions. They go to the SDK that the process has made global
 * before the relay starts; without one they cost next to nothing.
 */
@NullMarked
package dev.culvert.relay.trace;

import org.jspecify.annotations.NullMarked;
