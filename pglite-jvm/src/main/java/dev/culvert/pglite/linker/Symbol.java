package dev.culvert.pglite.linker;

import run.endive.runtime.Instance;

/** What a name stands for. */
sealed interface Symbol {
    /** A function of an instance. */
    record Function(Instance instance, int index) implements Symbol {
        long[] call(long[] arguments) {
            return instance.getMachine().call(index, arguments);
        }
    }

    /** A variable at an absolute address. */
    record Data(int address) implements Symbol {}
}
