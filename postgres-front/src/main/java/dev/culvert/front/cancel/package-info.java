/**
 * Cancel requests arrive on connections of their own and carry a key; here the key finds its
 * session.
 */
@NullMarked
package dev.culvert.front.cancel;

import org.jspecify.annotations.NullMarked;
