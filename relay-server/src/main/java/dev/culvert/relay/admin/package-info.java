/** What the relay's operators see and do: metrics, probes and the admin API. */
@NullMarked
package dev.culvert.relay.admin;

import org.jspecify.annotations.NullMarked;
