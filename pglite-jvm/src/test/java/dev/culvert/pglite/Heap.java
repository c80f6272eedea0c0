package dev.culvert.pglite;

/** What is in the heap. */
final class Heap {
    private Heap() {}

    /** Bytes that are reachable, as far as collecting twice tells. */
    static long used() {
        System.gc();
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
