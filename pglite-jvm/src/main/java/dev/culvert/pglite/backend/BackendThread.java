package dev.culvert.pglite.backend;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The thread that a backend lives on. Postgres limits the depth of its own stack; this one has room
 * for the frames that compiled code needs for that depth. And it is never interrupted, which would
 * close files that are being read.
 */
public final class BackendThread implements AutoCloseable {
    private static final long STACK_SIZE = 512L * 1024 * 1024;

    private final ExecutorService executor;
    private volatile @Nullable Thread own;

    /**
     * Whether somebody waited for the last task: who did may well come with the next at once. On
     * this thread.
     */
    private boolean awaited;

    public BackendThread(String name) {
        this.executor =
                new ThreadPoolExecutor(
                        1,
                        1,
                        0,
                        TimeUnit.SECONDS,
                        new TaskQueue(),
                        task -> {
                            Thread thread = new Thread(null, task, name, STACK_SIZE);
                            thread.setDaemon(true);
                            own = thread;
                            return thread;
                        });
    }

    /** Whether the calling thread is this one. */
    public boolean isCurrent() {
        return Thread.currentThread() == own;
    }

    /**
     * Has a task run there, behind those that were given before, and does not wait for it.
     *
     * @throws java.util.concurrent.RejectedExecutionException after {@link #close}
     */
    public void execute(Runnable task) {
        executor.execute(() -> {
            awaited = false;
            task.run();
        });
    }

    /**
     * Runs a task there and waits for it, however often the calling thread is interrupted; at once
     * when the caller is there already.
     */
    public <T> T call(Callable<T> task) {
        if (isCurrent()) {
            return callDirectly(task);
        }
        Future<T> result =
                executor.submit(() -> {
                    awaited = true;
                    return task.call();
                });
        Spin.until(result::isDone);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return result.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw rethrow(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static <T> T callDirectly(Callable<T> task) {
        try {
            return task.call();
        } catch (Exception e) {
            throw rethrow(e);
        }
    }

    private static RuntimeException rethrow(@Nullable Throwable cause) {
        return switch (cause) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            case null, default -> new IllegalStateException(cause);
        };
    }

    @Override
    public void close() {
        executor.shutdown();
    }

    /** Whose reader spins before it sleeps, where that is likely to pay. */
    @SuppressWarnings("serial") // nobody writes it anywhere
    private final class TaskQueue extends LinkedBlockingQueue<Runnable> {
        @Override
        public Runnable take() throws InterruptedException {
            if (awaited) {
                Spin.until(() -> !isEmpty());
            }
            return super.take();
        }
    }
}
