/**
 * A running Postgres: its process, the thread that it runs on, its timers, and the pump that
 * carries protocol messages in and out.
 */
@NullMarked
package dev.culvert.pglite.backend;

import org.jspecify.annotations.NullMarked;
