/**
 * Where messages and batches end in the two byte streams of a session.
 *
 * <p>After login nothing is decoded: {@link dev.culvert.wire.batch.BatchReader} walks over what the
 * client sends and {@link dev.culvert.wire.batch.BackendReader} over what the database answers,
 * from one 5-byte header to the next, skipping bodies. Both take any segmentation, allocate
 * nothing, copy nothing and never move the buffer's reader index.
 */
@NullMarked
package dev.culvert.wire.batch;

import org.jspecify.annotations.NullMarked;
