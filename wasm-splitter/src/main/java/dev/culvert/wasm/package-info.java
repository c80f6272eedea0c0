/**
 * Cuts the large functions of a WebAssembly module into pieces, as a step of the build.
 *
 * <p>A module that is compiled ahead of time to JVM bytecode meets two limits of the JVM: a method
 * has at most 64 KB of bytecode, and HotSpot never compiles one of more than 8000 bytes. {@link
 * dev.culvert.wasm.WasmSplitter} moves parts of such functions into functions of their own, so that
 * every piece stays below. What the module computes stays the same, and so do its imports, exports,
 * memory, table and the numbers of its functions: pieces come after them.
 *
 * <p>The way of one function: {@link dev.culvert.wasm.BodyReader} reads its code into a tree of
 * {@link dev.culvert.wasm.Node}s in which every block begins and ends with an empty operand stack;
 * {@link dev.culvert.wasm.Liveness} finds which locals carry a value where; {@link
 * dev.culvert.wasm.OutlinePlanner} chooses parts; {@link dev.culvert.wasm.Outliner} replaces a part
 * by a call; {@link dev.culvert.wasm.BodyWriter} writes what is left. The module's other functions
 * are copied byte by byte.
 */
@NullMarked
package dev.culvert.wasm;

import org.jspecify.annotations.NullMarked;
