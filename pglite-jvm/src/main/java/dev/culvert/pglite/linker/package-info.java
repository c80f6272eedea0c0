/**
 * Emscripten's dynamic linker: loads side modules ({@code .so} files) into a running program. A
 * side module shares the program's memory, table and stack; its data and its table entries get a
 * place of their own, and the symbols it needs are looked up in the program and in what was loaded
 * before.
 */
@NullMarked
package dev.culvert.pglite.linker;

import org.jspecify.annotations.NullMarked;
