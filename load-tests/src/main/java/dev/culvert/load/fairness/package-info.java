/** What bulk does to small batches beside it. */
@NullMarked
package dev.culvert.load.fairness;

import org.jspecify.annotations.NullMarked;
