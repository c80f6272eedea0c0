package dev.culvert.pglite.wasm;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import run.endive.runtime.Instance;

/**
 * What other threads want the program to notice, as a set of bits. They are delivered on the
 * program's own thread, when it comes to a safe point: where it looks for interrupts, where it
 * waits, and between two batches.
 */
public final class Signals {
    private final AtomicInteger pending = new AtomicInteger();
    private IntConsumer handler = signal -> {};

    /** Who takes delivered signals, on the program's thread. */
    public void handler(IntConsumer newHandler) {
        this.handler = newHandler;
    }

    /** Notes a signal (0 to 31); from any thread. */
    public void post(int signal) {
        pending.getAndUpdate(bits -> bits | 1 << signal);
        synchronized (this) {
            notifyAll();
        }
    }

    /** Waits until a signal is pending or the time is over; true if one is. */
    public synchronized boolean await(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + millis * 1_000_000;
        while (pending.get() == 0) {
            long rest = (deadline - System.nanoTime() + 999_999) / 1_000_000;
            if (rest <= 0) {
                return false;
            }
            wait(rest);
        }
        return true;
    }

    /** Hands pending signals to the handler; on the program's thread. */
    public void deliver() {
        int signals = pending.getAndSet(0);
        while (signals != 0) {
            int signal = Integer.numberOfTrailingZeros(signals);
            signals &= signals - 1;
            handler.accept(signal);
        }
    }

    /** Called by compiled code at its safe points. */
    public static void deliver(Instance instance) {
        ((LinearMemory) instance.memory()).signals().deliver();
    }
}
