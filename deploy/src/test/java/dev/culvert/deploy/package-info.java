/** Tests of the Helm chart and of the container image. */
@NullMarked
package dev.culvert.deploy;

import org.jspecify.annotations.NullMarked;
