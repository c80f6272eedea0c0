/**
 * What one client, one address or one tunnel may take of the server: connections, new connections a
 * second, wrong passwords. Decisions only: no sockets, no timers, the clock is a parameter, and
 * memory is fixed however many addresses there are.
 */
@NullMarked
package dev.culvert.front.limit;

import org.jspecify.annotations.NullMarked;
