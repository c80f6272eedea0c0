package dev.culvert.certs.reload;

import dev.culvert.certs.CertificateFileException;
import dev.culvert.certs.CertificateSet;
import dev.culvert.certs.load.CertificateFiles;
import dev.culvert.certs.load.PemFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the files of several certificates and replaces the whole {@link CertificateSet} when they
 * change, all or nothing.
 *
 * <pre>
 *            changed, all good                          changed, all good
 *   ┌──── listener gets the new set ────┐      ┌──── listener gets the new set ───┐
 *   ▼                                   │      ▼                                  │
 * good ── changed, half written ──▶ not ready ── the same at PATIENCE looks ──▶ failed
 *   └───────────── changed, unusable ── listener told once ───────────────────────▲
 * </pre>
 *
 * <p>A certificate whose new key is not there yet, a file cut short and a missing file are what a
 * replacement looks like from outside while it happens. They count as failed only when they stay.
 *
 * <p>Thread-safe: looks are serialized by a lock, which is held while the listener runs; {@link
 * #current()} never waits. Looking reads files, so the executor must not be an event loop. The
 * executor stays the caller's and is not shut down here.
 */
public final class CertificateReloader implements AutoCloseable {
    /** How often to look unless told otherwise; a Kubernetes node itself syncs once a minute. */
    public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(10);

    /** For how many looks files may stay half replaced, unchanged, before that is a failure. */
    static final int PATIENCE = 3;

    private static final Logger log = LoggerFactory.getLogger(CertificateReloader.class);

    private final List<CertificateFiles> files;
    private final List<Path> paths;
    private final CertificateReloadListener listener;
    private final ReentrantLock lock = new ReentrantLock();

    /** What the last look saw and decided; guarded by the lock. */
    private FileContents seen;

    /** How often in a row {@link #seen} was half replaced; 0 when decided. Guarded by the lock. */
    private int notReadyLooks;

    /** Guarded by the lock. */
    private boolean closed;

    /** Set once, right after construction; guarded by the lock. */
    private @Nullable ScheduledFuture<?> schedule;

    private volatile CertificateSet current;

    private CertificateReloader(List<CertificateFiles> files, CertificateReloadListener listener) {
        this.files = List.copyOf(files);
        this.listener = listener;
        this.paths =
                this.files.stream()
                        .flatMap(it -> Stream.of(it.chain(), it.key()))
                        .distinct()
                        .toList();
        this.seen = FileContents.of(paths);
        this.current = load();
    }

    /**
     * Loads the certificates and watches them from then on. The listener hears of later changes
     * only; the first set is {@link #current()}.
     *
     * @param files at least one; the first becomes the default certificate
     * @param executor looks at the files; may do other work too
     * @param interval between the end of one look and the start of the next
     * @throws CertificateFileException if a file cannot be used to begin with
     */
    public static CertificateReloader start(
            List<CertificateFiles> files,
            CertificateReloadListener listener,
            ScheduledExecutorService executor,
            Duration interval) {
        if (interval.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "The interval between looks must be at least a millisecond: " + interval);
        }
        CertificateReloader reloader = new CertificateReloader(files, listener);
        reloader.schedule(executor, interval.toMillis());
        return reloader;
    }

    /** As the other, every {@link #DEFAULT_INTERVAL}. */
    public static CertificateReloader start(
            List<CertificateFiles> files,
            CertificateReloadListener listener,
            ScheduledExecutorService executor) {
        return start(files, listener, executor, DEFAULT_INTERVAL);
    }

    /** The set to use for the next handshake. */
    public CertificateSet current() {
        return current;
    }

    /** Looks at the files at once, on the calling thread. */
    public ReloadOutcome checkNow() {
        lock.lock();
        try {
            return closed ? ReloadOutcome.UNCHANGED : check();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Stops watching. Once this returns, the listener is not called again; {@link #current()} keeps
     * its value. May be called more than once, also by the listener.
     */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            if (schedule != null) {
                schedule.cancel(false);
            }
        } finally {
            lock.unlock();
        }
    }

    private void schedule(ScheduledExecutorService executor, long millis) {
        lock.lock();
        try {
            schedule =
                    executor.scheduleWithFixedDelay(
                            this::look, millis, millis, TimeUnit.MILLISECONDS);
        } finally {
            lock.unlock();
        }
    }

    /** An exception would end the schedule silently. */
    private void look() {
        try {
            checkNow();
        } catch (RuntimeException unforeseen) {
            log.atError().setCause(unforeseen).log("Looking at certificate files failed.");
        }
    }

    private ReloadOutcome check() {
        FileContents now = FileContents.of(paths);
        boolean same = now.equals(seen);
        if (same && notReadyLooks == 0) {
            return ReloadOutcome.UNCHANGED;
        }
        int looks = same ? notReadyLooks + 1 : 1;
        seen = now;
        CertificateSet loaded;
        try {
            loaded = load();
        } catch (CertificateFileException bad) {
            if (bad.problem().mayPass() && looks < PATIENCE) {
                notReadyLooks = looks;
                log.atDebug()
                        .addKeyValue("file", bad.file())
                        .addKeyValue("problem", bad.problem())
                        .log("Certificate files are being replaced; looking again later.");
                return ReloadOutcome.NOT_READY;
            }
            return failed(bad.file(), bad);
        } catch (RuntimeException unforeseen) {
            return failed(paths.getFirst(), unforeseen);
        }
        if (!FileContents.of(paths).equals(now)) {
            // replaced between hashing and loading: perhaps one half old and one half new
            notReadyLooks = 1;
            return ReloadOutcome.NOT_READY;
        }
        return reloaded(loaded);
    }

    private ReloadOutcome reloaded(CertificateSet loaded) {
        notReadyLooks = 0;
        current = loaded;
        log.atInfo()
                .addKeyValue("certificates", loaded.certificates())
                .log("Certificates were reloaded.");
        try {
            listener.onCertificatesChanged(loaded);
        } catch (RuntimeException thrown) {
            log.atError().setCause(thrown).log("The listener for new certificates failed.");
        }
        return ReloadOutcome.RELOADED;
    }

    private ReloadOutcome failed(Path file, Exception cause) {
        notReadyLooks = 0;
        log.atError()
                .addKeyValue("file", file)
                .setCause(cause)
                .log("Changed certificates cannot be used; the previous ones stay in use.");
        try {
            listener.onReloadFailed(file, cause);
        } catch (RuntimeException thrown) {
            log.atError().setCause(thrown).log("The listener for failed reloads failed.");
        }
        return ReloadOutcome.FAILED;
    }

    private CertificateSet load() {
        return CertificateSet.of(files.stream().map(PemFiles::load).toList());
    }
}
