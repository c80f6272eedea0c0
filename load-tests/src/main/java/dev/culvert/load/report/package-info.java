/** What programs find out, as text and as JSON. */
@NullMarked
package dev.culvert.load.report;

import org.jspecify.annotations.NullMarked;
