/**
 * The frames of {@code culvert.v1} as values: one record a frame, one sealed type over all.
 *
 * <p>Only {@link dev.culvert.tunnel.frame.Frame.Data} carries a buffer; its Javadoc says who
 * releases it. PROTOCOL.md in this module is the specification.
 */
@NullMarked
package dev.culvert.tunnel.frame;

import org.jspecify.annotations.NullMarked;
