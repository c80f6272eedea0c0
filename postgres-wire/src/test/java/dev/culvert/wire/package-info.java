/** What the tests of this module share: plain byte building, segmentation, expectations. */
@NullMarked
package dev.culvert.wire;

import org.jspecify.annotations.NullMarked;
