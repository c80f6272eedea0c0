/**
 * Cuts what Endive's compiler makes of indirect calls, for the same reason as {@link
 * dev.culvert.wasm}: a method that is too large is never compiled by HotSpot.
 */
@NullMarked
package dev.culvert.wasm.bytecode;

import org.jspecify.annotations.NullMarked;
