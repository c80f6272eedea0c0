package dev.culvert.pglite;

import dev.culvert.pglite.backend.BackendException;
import dev.culvert.pglite.backend.BackendThread;
import dev.culvert.pglite.backend.PostgresProcess;
import dev.culvert.pglite.backend.ProtocolPump;
import dev.culvert.pglite.fs.DataTemplate;
import dev.culvert.pglite.fs.MountTable;
import dev.culvert.pglite.fs.TarArchive;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A Postgres in this JVM, with one session: messages of its wire protocol in, and its answers out.
 * No startup packet is needed: the session is that of the user {@code postgres}.
 *
 * <p>Any number of threads may call, and run one after the other, in the order in which they came;
 * only {@link #cancel} does not wait. The database runs on a thread of its own, on which the
 * callbacks of {@code exec} are called. Who needs it for longer than one batch gives it a task: see
 * {@link #submit}. Any number of instances may exist; each takes about 200 MB.
 */
public final class PGlite implements AutoCloseable {
    static final String DATA = "/pglite/data";
    private static final AtomicInteger COUNT = new AtomicInteger();

    private enum State {
        OPEN,
        BROKEN,
        CLOSED
    }

    /** Takes a part of an answer; the bytes are only valid during the call. */
    @FunctionalInterface
    public interface Output {
        void write(byte[] bytes, int offset, int length);
    }

    /**
     * Gives one or more whole messages, when the backend wants more than the batch has: it may
     * wait. Null or an empty array means that the client is gone, which fails a COPY.
     */
    @FunctionalInterface
    public interface Input {
        byte @Nullable [] read();
    }

    /** Hears a notification; on the database's thread, and must not throw. */
    @FunctionalInterface
    public interface NotificationListener {
        void onNotification(String channel, String payload);
    }

    private final BackendThread thread;
    private final MountTable files;
    private final @Nullable DataDirectory directory;
    private final ProtocolPump pump;
    private final Object runLock = new Object();
    private boolean running;
    private volatile State state = State.OPEN;
    private final Notifications notifications = new Notifications();

    /** Tasks that wait for the end of somebody's transaction. On the database's thread. */
    private final Deque<Runnable> parked = new ArrayDeque<>();

    private boolean inTask;

    private PGlite(
            BackendThread thread,
            MountTable files,
            @Nullable DataDirectory directory,
            PGliteOptions options) {
        this.thread = thread;
        this.files = files;
        this.directory = directory;
        this.pump =
                thread.call(() -> {
                    ProtocolPump started = new ProtocolPump(new PostgresProcess(files));
                    started.start(options.durable(), options.assignments());
                    return started;
                });
    }

    /** Opens the database in this folder, or makes one where the folder is missing or empty. */
    public static PGlite open(Path folder) {
        return open(folder, PGliteOptions.defaults());
    }

    /**
     * Opens the database in this folder, or makes one where the folder is missing or empty.
     *
     * @throws PGliteException when somebody else has it open, it is no database, a dump is given
     *     for a database that exists, or Postgres does not start
     */
    public static PGlite open(Path folder, PGliteOptions options) {
        DataDirectory directory = DataDirectory.open(folder);
        try {
            if (!directory.hasDatabase()) {
                directory.fill(() -> template(options.dump()));
            } else if (options.dump() != null) {
                throw new PGliteException(folder + " has a database already");
            }
            MountTable files = new MountTable(Templates.packagedFiles().root());
            files.mount(DATA, directory.files(options.durable()));
            return start(files, directory, options);
        } catch (RuntimeException | Error e) {
            directory.close();
            throw e;
        }
    }

    /** A new database in the heap, gone when it is closed. */
    public static PGlite inMemory() {
        return inMemory(PGliteOptions.defaults());
    }

    /** A new database in the heap, gone when it is closed. */
    public static PGlite inMemory(PGliteOptions options) {
        DataTemplate template = template(options.dump());
        if (!template.isDatabase()) {
            throw new PGliteException("the dump is not one of a data directory");
        }
        MountTable files = new MountTable(Templates.packagedFiles().root());
        files.mount(DATA, template.instantiate());
        return start(files, null, options.withDurable(false));
    }

    /** A new database in the heap that begins as a template, gone when it is closed. */
    public static PGlite inMemory(PGliteTemplate template) {
        MountTable files = new MountTable(Templates.packagedFiles().root());
        files.mount(DATA, template.content().instantiate());
        return start(files, null, PGliteOptions.defaults().withDurable(false));
    }

    /** What the database consists of, for whoever reads it when it is closed. */
    MountTable files() {
        return files;
    }

    private static DataTemplate template(@Nullable Supplier<InputStream> dump) {
        try {
            return dump == null ? Templates.emptyDatabase() : DataTemplate.readAndClose(dump.get());
        } catch (java.io.UncheckedIOException e) {
            throw new PGliteException("the dump cannot be read", e.getCause());
        }
    }

    private static PGlite start(
            MountTable files, @Nullable DataDirectory directory, PGliteOptions options) {
        BackendThread thread = new BackendThread("pglite-" + COUNT.incrementAndGet());
        try {
            return new PGlite(thread, files, directory, options);
        } catch (BackendException e) {
            thread.close();
            throw new PGliteException(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException | Error e) {
            thread.close();
            throw e;
        }
    }

    /** Runs whole messages and returns all that the backend answers. */
    public byte[] exec(byte[] batch) {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        exec(batch, answer::write);
        return answer.toByteArray();
    }

    /** Runs whole messages; the answer comes in parts while they run. */
    public void exec(byte[] batch, Output answer) {
        exec(batch, answer, () -> null);
    }

    /**
     * Runs messages; the answer comes in parts while they run.
     *
     * @param further gives what follows the batch while the backend waits for it, such as the data
     *     of a {@code COPY FROM STDIN}; in pieces of any size, of which the last ends with a
     *     message
     * @throws PGliteException when the database is closed, or has broken
     * @throws IllegalArgumentException when the batch is a startup packet that Postgres refuses
     */
    public void exec(byte[] batch, Output answer, Input further) {
        onBackend(() -> {
            begin();
            try {
                pump.run(batch, notifications.heardIn(answer)::write, further::read);
            } finally {
                end();
            }
            return true;
        });
    }

    /**
     * Has a task run on the database's thread, and does not wait for it. Until the task returns, it
     * has the database for itself: {@code exec} may be called any number of times in it, and nobody
     * else's batch comes between. It begins in its turn, when nobody is in a transaction.
     *
     * @param task must not throw; when the database has broken or was closed meanwhile, its {@code
     *     exec} throws
     * @throws PGliteException when the database is closed
     */
    public void submit(Runnable task) {
        try {
            thread.execute(() -> runOrPark(task));
        } catch (RejectedExecutionException e) {
            throw new PGliteException("the database is closed", e);
        }
    }

    private void runOrPark(Runnable task) {
        if (state == State.OPEN && pump.inTransaction()) {
            parked.add(task);
            return;
        }
        inTask = true;
        try {
            task.run();
        } finally {
            inTask = false;
        }
    }

    /** Whoever has just ended a transaction does not wait for those who waited for that. */
    private void unparkWhenIdle() {
        if (!inTask && !parked.isEmpty() && (state != State.OPEN || !pump.inTransaction())) {
            parked.forEach(task -> thread.execute(() -> runOrPark(task)));
            parked.clear();
        }
    }

    /**
     * Listens to every notification that this session receives, whoever's batch it comes with: that
     * of a channel on which {@code LISTEN} was said.
     *
     * @return ends the listening
     */
    public Runnable onNotification(NotificationListener listener) {
        return notifications.add(listener);
    }

    private void begin() {
        synchronized (runLock) {
            if (running) {
                throw new IllegalStateException("a batch cannot be run by the callback of another");
            }
            running = true;
        }
    }

    /** A cancel that comes now is for nobody, least of all for the next batch. */
    private void end() {
        synchronized (runLock) {
            running = false;
            pump.forgetCancel();
        }
    }

    private <T> T onBackend(Callable<T> task) {
        requireOpen();
        try {
            return thread.call(() -> {
                requireOpen();
                try {
                    return task.call();
                } catch (BackendException e) {
                    state = State.BROKEN;
                    throw e;
                } finally {
                    unparkWhenIdle();
                }
            });
        } catch (RejectedExecutionException e) {
            throw new PGliteException("the database is closed", e);
        } catch (BackendException e) {
            throw new PGliteException(String.valueOf(e.getMessage()), e);
        }
    }

    private void requireOpen() {
        if (state == State.CLOSED) {
            throw new PGliteException("the database is closed");
        }
        if (state == State.BROKEN) {
            throw new PGliteException(
                    "the backend has broken; close the database and open it anew");
        }
    }

    /**
     * Cancels what is running; from any thread, at any time.
     *
     * @return whether anything was
     */
    public boolean cancel() {
        synchronized (runLock) {
            if (running) {
                pump.cancel();
            }
            return running;
        }
    }

    /** Whether the session is in a transaction. */
    public boolean inTransaction() {
        return onBackend(pump::inTransaction);
    }

    /**
     * Writes the data directory as PGlite does everywhere, a gzipped tar archive, for {@link
     * PGliteOptions#withDump} here or {@code loadDataDir} elsewhere. The stream stays open.
     */
    public void dumpDataDir(OutputStream target) throws IOException {
        IOException failure =
                onBackend(() -> {
                    try {
                        GZIPOutputStream zipped = new GZIPOutputStream(target, 64 * 1024);
                        TarArchive.write(files, DATA, zipped);
                        zipped.finish();
                        return null;
                    } catch (IOException e) {
                        return e;
                    }
                });
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * Ends the database as a server does, with a checkpoint; waits for what was asked for before.
     */
    @Override
    public synchronized void close() {
        if (state == State.CLOSED) {
            return;
        }
        try {
            thread.call(() -> {
                boolean clean = state == State.OPEN;
                state = State.CLOSED;
                unparkWhenIdle();
                if (clean) {
                    pump.stop();
                } else {
                    pump.abandon();
                }
                return true;
            });
        } catch (BackendException e) {
            throw new PGliteException(String.valueOf(e.getMessage()), e);
        } finally {
            thread.close();
            if (directory != null) {
                directory.close();
            }
        }
    }
}
