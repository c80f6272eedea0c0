package dev.culvert.pglite.wasm;

/**
 * A function that the program imports. Arguments and result are WebAssembly values in their raw
 * form: a 32-bit integer in the low half, a floating-point number by its bits. The result of a
 * function that has none is ignored.
 */
@FunctionalInterface
public interface HostCall {
    long call(long[] arguments);
}
