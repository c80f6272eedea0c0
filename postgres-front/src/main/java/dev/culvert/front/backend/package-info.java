/**
 * What stands behind the front: the interface that a relay, or a database in the same process,
 * implements. The front finds a {@link dev.culvert.front.backend.Backend} for each client and opens
 * a {@link dev.culvert.front.backend.BackendSession} on it; whole batches go in, the backend's
 * bytes come out.
 */
@NullMarked
package dev.culvert.front.backend;

import org.jspecify.annotations.NullMarked;
