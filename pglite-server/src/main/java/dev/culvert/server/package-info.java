/**
 * A PGlite in this JVM behind the front that Postgres clients connect to.
 *
 * <p>{@link dev.culvert.server.PGliteBackend} is the backend. A client's batches come in on its
 * event loop and run on the database's own thread, whose queue is what makes everybody wait their
 * turn: {@link dev.culvert.server.PGliteSession} gives the database a task when a batch is there,
 * and the task keeps the thread for as long as the session keeps the database, that is, while a
 * transaction is open. Answers stream out while they are made; the thread waits when the client
 * does not keep up.
 */
@NullMarked
package dev.culvert.server;

import org.jspecify.annotations.NullMarked;
