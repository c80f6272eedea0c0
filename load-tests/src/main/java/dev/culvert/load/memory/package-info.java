/** What nobody takes does not pile up. */
@NullMarked
package dev.culvert.load.memory;

import org.jspecify.annotations.NullMarked;
