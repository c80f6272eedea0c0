package dev.culvert.pglite.backend;

import dev.culvert.pglite.wasm.LinearMemory;
import dev.culvert.pglite.wasm.Program;

/**
 * The words in Postgres' memory through which its signal handlers say that something is to be done.
 */
final class Interrupts {
    private final LinearMemory memory;
    private final int interruptPending;
    private final int cancelPending;
    private final int latch;

    Interrupts(Program program) {
        this.memory = program.memory();
        this.interruptPending = program.address("InterruptPending");
        this.cancelPending = program.address("QueryCancelPending");
        this.latch = program.address("MyLatch");
    }

    /** Lets Postgres look for interrupts soon, also when it waits; from any thread. */
    void raise() {
        memory.raise(interruptPending);
        wake();
    }

    /** Lets Postgres cancel its statement; from any thread. */
    void cancel() {
        memory.raise(cancelPending, interruptPending);
        wake();
    }

    /** A latch's first word says that it is set; setting one without need does no harm. */
    private void wake() {
        int address = memory.readInt(latch);
        if (address > 0) {
            memory.raise(address);
        }
    }

    void forgetCancel() {
        memory.writeI32(cancelPending, 0);
    }
}
