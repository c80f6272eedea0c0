package dev.culvert.agent.cli;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The command that {@code --run} runs, on this process's terminal. */
final class ChildProcess {
    private static final long STOP_SECONDS = 10;

    private final ProcessBuilder builder;
    private @Nullable Process process;
    private boolean stopping;

    /** A command of the shell, with these variables besides this process's own. */
    ChildProcess(String command, Map<String, String> environment) {
        builder = new ProcessBuilder("/bin/sh", "-c", command).inheritIO();
        builder.environment().putAll(environment);
    }

    synchronized void start() throws IOException {
        if (!stopping) {
            process = builder.start();
        }
    }

    /** Its exit code, when it has ended: 128 and the signal's number when a signal ended it. */
    synchronized CompletableFuture<Integer> onExit() {
        return process == null
                ? new CompletableFuture<>()
                : process.onExit().thenApply(Process::exitValue);
    }

    /** Ends it, and waits until it has; what it has started as well. */
    void stop() {
        Process present;
        synchronized (this) {
            stopping = true;
            present = process;
        }
        if (present == null) {
            return;
        }
        present.descendants().forEach(ProcessHandle::destroy);
        present.destroy();
        try {
            if (!present.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                present.descendants().forEach(ProcessHandle::destroyForcibly);
                present.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
