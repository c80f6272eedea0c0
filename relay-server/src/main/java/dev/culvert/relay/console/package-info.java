/**
 * The console: what {@code psql} shows and does at the relay's own name. A {@link
 * dev.culvert.front.backend.Backend} in this process, so that login, TLS, limits and times are
 * those of every client; what it lists and ends is the admin API's, {@link
 * dev.culvert.relay.admin.Operations}.
 */
@NullMarked
package dev.culvert.relay.console;

import org.jspecify.annotations.NullMarked;
