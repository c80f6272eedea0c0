package dev.culvert.front.login;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Checks passwords that came in clear text, which may take thousands of hashes each: on threads of
 * its own, a few at a time, with a short queue. Thread-safe.
 */
public final class PasswordChecks {
    private static final int THREADS = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

    /** A check takes milliseconds: who waits behind more would rather try again. */
    private static final int MAX_WAITING = 64;

    private static final long IDLE_SECONDS = 30;

    private final ThreadPoolExecutor executor =
            new ThreadPoolExecutor(
                    THREADS,
                    THREADS,
                    IDLE_SECONDS,
                    TimeUnit.SECONDS,
                    new ArrayBlockingQueue<>(MAX_WAITING),
                    Thread.ofPlatform().daemon().name("password-check-", 0).factory());

    PasswordChecks() {
        executor.allowCoreThreadTimeOut(true);
    }

    /**
     * Checks a password.
     *
     * @param isRight the check, which takes its time
     * @param thread where {@code onResult} is called
     * @return false when too many are waiting: {@code onResult} is not called then
     */
    boolean check(BooleanSupplier isRight, Executor thread, Consumer<Boolean> onResult) {
        try {
            executor.execute(() -> {
                boolean accepted = isRight.getAsBoolean();
                thread.execute(() -> onResult.accept(accepted));
            });
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }
}
