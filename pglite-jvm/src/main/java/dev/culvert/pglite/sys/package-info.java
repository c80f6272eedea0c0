/**
 * The operating system that Emscripten's programs expect: its system calls and those of WASI, over
 * {@code dev.culvert.pglite.fs}. What the numbers mean is Emscripten's C library; what a call does
 * where it has a choice is what PGlite's own JavaScript does.
 */
@NullMarked
package dev.culvert.pglite.sys;

import org.jspecify.annotations.NullMarked;
