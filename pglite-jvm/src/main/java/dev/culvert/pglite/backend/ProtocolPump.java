package dev.culvert.pglite.backend;

import dev.culvert.pglite.wasm.ExitException;
import dev.culvert.pglite.wasm.LinearMemory;
import dev.culvert.pglite.wasm.Program;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Carries protocol messages into a running Postgres and its answers out, as PGlite's own JavaScript
 * does: Postgres' loop runs once a message, reads through one callback and writes through another.
 * Used on the backend's thread.
 */
public final class ProtocolPump {
    private static final int ALIVE = 99;
    private static final int ERROR_JUMP = 100;
    private static final String USER = "postgres";

    // guc.h: PGC_BACKEND and PGC_S_OVERRIDE
    private static final int BACKEND_CONTEXT = 4;
    private static final int OVERRIDE_SOURCE = 10;

    private static final byte[] NOTHING = {};

    /** Where the backend's bytes go. The array is the backend's memory: valid during the call. */
    @FunctionalInterface
    public interface Output {
        void write(byte[] memory, int offset, int length);
    }

    /** More whole messages, while the backend waits for them; null when there are none. */
    @FunctionalInterface
    public interface Input {
        byte @Nullable [] read();
    }

    /** What a client that goes away would have to say: a COPY can only be ended so. */
    private static final byte[] COPY_FAIL = {
        'f', 0, 0, 0, 20, 'c', 'l', 'i', 'e', 'n', 't', ' ', 'i', 's', ' ', 'g', 'o', 'n', 'e', '.',
        0
    };

    private final PostgresProcess process;
    private final Program program;
    private final LinearMemory memory;
    private final Interrupts interrupts;
    private byte[] input = NOTHING;
    private int read;
    private boolean ended;
    private Input more = () -> null;
    private Output output = (bytes, offset, length) -> {};
    private @Nullable RuntimeException failure;

    public ProtocolPump(PostgresProcess process) {
        this.process = process;
        this.program = process.program();
        this.memory = program.memory();
        this.interrupts = new Interrupts(program);
        memory.signals().handler(signal -> process.timers().alarm());
        int first =
                program.addCallbacks(
                        List.of(
                                a -> read((int) a[0], (int) a[1]),
                                a -> write((int) a[0], (int) a[1])),
                        List.of(2, 2));
        program.call("pgl_set_rw_cbs", first, first + 1);
    }

    /**
     * Starts Postgres on the data directory.
     *
     * @param durable whether it is to wait for the disk when it commits
     * @param settings more of its settings, each {@code name=value}
     * @throws BackendException when it does not start; its files are closed then
     */
    public void start(boolean durable, List<String> settings) {
        List<String> arguments = new ArrayList<>(List.of("--single"));
        if (!durable) {
            arguments.add("-F");
        }
        arguments.addAll(List.of("-O", "-j"));
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "search_path=public",
                                "exit_on_error=false",
                                "log_checkpoints=false",
                                "max_worker_processes=0",
                                "max_parallel_workers=0",
                                "max_parallel_workers_per_gather=0",
                                "io_method=sync",
                                "max_parallel_maintenance_workers=0"));
        all.addAll(settings);
        for (String setting : all) {
            arguments.add("-c");
            arguments.add(setting);
        }
        arguments.addAll(List.of("-D", "/pglite/data", "postgres"));
        boolean started = false;
        try {
            program.call("pgl_setPGliteActive", 1);
            int status = process.main(arguments);
            if (status != ALIVE) {
                throw new BackendException(
                        "Postgres did not start: status " + status + "\n" + process.logText());
            }
            program.call("pgl_startPGlite");
            setSessionUser();
            started = true;
        } catch (BackendException e) {
            throw e;
        } catch (RuntimeException | Error e) {
            throw gone(e);
        } finally {
            if (!started) {
                abandon();
            }
        }
    }

    /**
     * Tells Postgres' settings who the session's user is, as a server does when somebody has logged
     * in. Without, {@code RESET SESSION AUTHORIZATION} and {@code DISCARD ALL} would leave the
     * session with whom it has become.
     *
     * <p>Source: {@code InitializeSessionUserId} in Postgres' miscinit.c, which a stand-alone
     * backend does not call.
     */
    private void setSessionUser() {
        int stack = program.stackSave();
        program.call("StartTransactionCommand");
        program.call(
                "SetConfigOption",
                program.stackString("session_authorization"),
                program.stackString(USER),
                BACKEND_CONTEXT,
                OVERRIDE_SOURCE);
        program.call("CommitTransactionCommand");
        program.stackRestore(stack);
    }

    /**
     * Runs a batch to its end.
     *
     * @param batch whole messages, or one startup packet
     * @param further what follows when the backend wants more than the batch has, as in a COPY
     * @throws BackendException when the backend is gone and must not be used again
     * @throws IllegalArgumentException when the startup packet cannot be processed
     * @throws RuntimeException what {@code answer} or {@code further} has thrown, after the backend
     *     has come to the end of the batch without them
     */
    public void run(byte[] batch, Output answer, Input further) {
        if (batch.length == 0 || batch[0] == 'X') {
            return;
        }
        input = batch;
        read = 0;
        ended = false;
        output = answer;
        more = further;
        boolean taken = true;
        try {
            if (batch[0] == 0) {
                taken = greet();
            } else {
                pump();
            }
        } catch (RuntimeException | Error e) {
            throw gone(e);
        } finally {
            input = NOTHING;
            more = () -> null;
            output = (bytes, offset, length) -> {};
        }
        RuntimeException thrown = failure;
        failure = null;
        if (thrown != null) {
            throw thrown;
        }
        if (!taken) {
            throw new IllegalArgumentException("the startup packet cannot be processed");
        }
    }

    /** A trap, or a stack or heap that is full: nobody knows in what state Postgres is now. */
    private BackendException gone(Throwable cause) {
        String how =
                cause instanceof ExitException exit
                        ? "Postgres has ended with status " + exit.status()
                        : "Postgres has failed: " + cause;
        return new BackendException((how + "\n" + process.logText()).strip(), cause);
    }

    private boolean greet() {
        long port = program.call("pgl_getMyProcPort");
        if (program.call("ProcessStartupPacket", port, 1, 1) != 0) {
            return false;
        }
        program.call("pgl_sendConnData");
        program.call("pgl_pq_flush");
        return true;
    }

    private void pump() {
        memory.signals().deliver();
        while (read < input.length || program.call("pq_buffer_remaining_data") > 0) {
            recovering("PostgresMainLoopOnce");
        }
        memory.signals().deliver();
        if (recovering("PostgresSendReadyForQueryIfNecessary")) {
            // the error, which has been reported, came before the message that ends the answer
            program.call("PostgresSendReadyForQueryIfNecessary");
        }
        program.call("pgl_pq_flush");
    }

    /**
     * Calls into Postgres; an error that it raises jumps to its own handler, and is over then.
     *
     * @return whether there was one
     */
    private boolean recovering(String function) {
        int stack = program.stackSave();
        String next = function;
        while (true) {
            try {
                program.call(next);
                return !next.equals(function);
            } catch (ExitException e) {
                program.stackRestore(stack);
                if (e.status() != ERROR_JUMP) {
                    throw e;
                }
                next = "PostgresMainLongJmp";
            }
        }
    }

    private long read(int target, int capacity) {
        if (read == input.length) {
            byte[] next = failure == null && !ended ? readMore() : null;
            if (next == null || next.length == 0) {
                if (ended) {
                    return 0;
                }
                ended = true;
                next = COPY_FAIL;
            }
            input = next;
            read = 0;
        }
        int length = Math.min(capacity, input.length - read);
        memory.write(target, input, read, length);
        read += length;
        return length;
    }

    /** Nothing may be thrown through Postgres: it would not know where it is afterwards. */
    private byte @Nullable [] readMore() {
        try {
            return more.read();
        } catch (RuntimeException e) {
            fail(e);
            return null;
        }
    }

    private long write(int source, int length) {
        if (failure == null) {
            try {
                output.write(memory.bytes(), source, length);
            } catch (RuntimeException e) {
                fail(e);
            }
        }
        return length;
    }

    private void fail(RuntimeException e) {
        failure = e;
        cancel();
    }

    /** Asks Postgres to cancel what it is doing; from any thread. */
    public void cancel() {
        interrupts.cancel();
    }

    /** Takes back a cancel that came too late. */
    public void forgetCancel() {
        interrupts.forgetCancel();
    }

    /** Whether a transaction is open. */
    public boolean inTransaction() {
        return program.call("IsTransactionBlock") != 0;
    }

    /** Ends Postgres as a server does: with a checkpoint, and its files closed. */
    public void stop() {
        process.timers().stop();
        try {
            program.call("pgl_setPGliteActive", 0);
            program.call("pgl_run_atexit_funcs");
        } catch (ExitException e) {
            if (e.status() != 0) {
                throw gone(e);
            }
        } catch (RuntimeException | Error e) {
            throw gone(e);
        } finally {
            process.kernel().closeAll();
        }
    }

    /** Lets go of a Postgres that has failed: its data directory is as after a crash. */
    public void abandon() {
        process.timers().stop();
        process.kernel().closeAll();
    }
}
