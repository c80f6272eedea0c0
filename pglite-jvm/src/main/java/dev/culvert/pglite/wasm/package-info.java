/**
 * A WebAssembly program in the JVM: its memory, its modules (compiled when this library was built),
 * calls into it, and the two ways out of it that Emscripten knows, {@code longjmp} and {@code
 * exit}.
 */
@NullMarked
package dev.culvert.pglite.wasm;

import org.jspecify.annotations.NullMarked;
