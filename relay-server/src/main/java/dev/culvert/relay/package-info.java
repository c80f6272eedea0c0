/** The relay put together: what starts, what listens, what stops. No decisions are made here. */
@NullMarked
package dev.culvert.relay;

import org.jspecify.annotations.NullMarked;
