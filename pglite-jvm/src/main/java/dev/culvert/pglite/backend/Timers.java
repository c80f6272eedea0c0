package dev.culvert.pglite.backend;

import dev.culvert.pglite.wasm.LinearMemory;
import dev.culvert.pglite.wasm.Program;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The program's interval timer. When it is over, another thread asks Postgres to look for
 * interrupts; there, on Postgres' own thread, its signal handler runs.
 */
final class Timers {
    static final int ALARM = 0;
    private static final int REAL_TIME = 0;
    private static final ScheduledExecutorService CLOCK =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("pglite-timer").daemon().factory());

    private final LinearMemory memory;
    private @Nullable Program program;
    private @Nullable Future<?> running;
    private @Nullable Interrupts interrupts;

    Timers(LinearMemory memory) {
        this.memory = memory;
    }

    void attach(Program newProgram) {
        this.program = newProgram;
        this.interrupts = new Interrupts(newProgram);
    }

    /** {@code setitimer}: which timer, and milliseconds as a double; 0 stops it. */
    long set(long[] a) {
        stop();
        double millis = Double.longBitsToDouble(a[1]);
        if (a[0] == REAL_TIME && millis > 0) {
            long micros = (long) Math.ceil(millis * 1000);
            running = CLOCK.schedule(this::ring, micros, TimeUnit.MICROSECONDS);
        }
        return 0;
    }

    private void ring() {
        memory.signals().post(ALARM);
        Objects.requireNonNull(interrupts).raise();
    }

    /** The timer's signal, on the program's thread. */
    void alarm() {
        Program owner = Objects.requireNonNull(program);
        owner.call(
                "_emscripten_timeout",
                REAL_TIME,
                Double.doubleToRawLongBits(System.nanoTime() / 1e6));
    }

    void stop() {
        if (running != null) {
            running.cancel(false);
            running = null;
        }
    }
}
