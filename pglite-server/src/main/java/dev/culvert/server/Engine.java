package dev.culvert.server;

import dev.culvert.front.refuse.Refusal;
import dev.culvert.front.refuse.Refusals;
import dev.culvert.pglite.PGlite;
import dev.culvert.pglite.PGliteException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database of a backend: the one that runs at the moment, whose session it is at the moment,
 * and another one when it has died.
 *
 * <pre>
 *               it dies                    opened again
 *   Running ───────────────▶ Reopening ─────────────────▶ Running
 *      │  └── and cannot be opened ─▶ Stopped ◀── nor this time
 *      └── close() ─────────────────────▲
 * </pre>
 *
 * <p>Thread-safe. Whose session it is changes on the database's thread only.
 */
final class Engine {
    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

    /** How long sessions may take to end when the backend is closed. */
    private static final long CLOSE_MILLIS = 10_000;

    private sealed interface State {
        record Running(PGlite database) implements State {}

        /** What is given to the database meanwhile waits. */
        record Reopening(Deque<PGliteSession> waiting) implements State {}

        record Stopped(Refusal reason) implements State {}
    }

    private final String name;
    private final Optional<Supplier<PGlite>> reopen;
    private final Consumer<String> onStopped;
    private final Set<PGliteSession> sessions = new HashSet<>();
    private final Deque<PGliteSession> waiting = new ArrayDeque<>();
    private State state;
    private @Nullable PGliteSession active;

    Engine(
            String name,
            PGlite database,
            Optional<Supplier<PGlite>> reopen,
            Consumer<String> onStopped) {
        this.name = name;
        this.state = new State.Running(database);
        this.reopen = reopen;
        this.onStopped = onStopped;
    }

    /** The database that runs, if one does. */
    synchronized Optional<PGlite> database() {
        return state instanceof State.Running(PGlite database)
                ? Optional.of(database)
                : Optional.empty();
    }

    /** A session begins. */
    synchronized void add(PGliteSession session) {
        sessions.add(session);
    }

    /** A session has work to do: its turn comes on the database's thread. */
    void submit(PGliteSession session) {
        PGlite database;
        synchronized (this) {
            switch (state) {
                case State.Running running -> database = running.database();
                case State.Reopening reopening -> {
                    reopening.waiting().add(session);
                    return;
                }
                case State.Stopped stopped -> {
                    sessions.remove(session);
                    session.fail(stopped.reason());
                    return;
                }
            }
        }
        try {
            database.submit(() -> session.serve(database));
        } catch (PGliteException e) {
            died(database, e);
        }
    }

    /**
     * The backend is to be this session's alone until it leaves.
     *
     * @return false when it is another's; the session is given its turn later
     */
    synchronized boolean enter(PGliteSession session) {
        if (active != null && active != session) {
            waiting.add(session);
            return false;
        }
        active = session;
        return true;
    }

    /** The session is over, and has left the backend as it found it. */
    void leave(PGliteSession session) {
        PGliteSession next = null;
        synchronized (this) {
            sessions.remove(session);
            if (active == session) {
                active = null;
                next = waiting.poll();
            } else {
                waiting.remove(session);
            }
            notifyAll();
        }
        if (next != null) {
            submit(next);
        }
    }

    /** The database can run nothing any more. On any thread. */
    void died(PGlite database, RuntimeException cause) {
        List<PGliteSession> told;
        Refusal refusal;
        synchronized (this) {
            if (!(state instanceof State.Running(PGlite running)) || running != database) {
                return;
            }
            refusal = stoppedBecause(cause);
            state =
                    reopen.isPresent()
                            ? new State.Reopening(new ArrayDeque<>())
                            : new State.Stopped(refusal);
            told = List.copyOf(sessions);
            sessions.clear();
            waiting.clear();
            active = null;
            notifyAll();
        }
        LOG.atError().setCause(cause).addKeyValue("database", name).log("the database has stopped");
        told.forEach(session -> session.fail(refusal));
        // not on the database's own thread, which cannot wait for itself
        Thread.ofPlatform().name("reopen-" + name).start(() -> replace(database, cause));
    }

    private void replace(PGlite dead, RuntimeException cause) {
        try {
            dead.close();
        } catch (PGliteException e) {
            LOG.atDebug().setCause(e).log("a dead database does not close well");
        }
        if (reopen.isEmpty()) {
            onStopped.accept(text(cause));
            return;
        }
        Deque<PGliteSession> arrived;
        try {
            PGlite opened = reopen.get().get();
            synchronized (this) {
                if (!(state instanceof State.Reopening(Deque<PGliteSession> meanwhile))) {
                    opened.close();
                    return;
                }
                arrived = meanwhile;
                state = new State.Running(opened);
            }
            LOG.atInfo().addKeyValue("database", name).log("the database runs again");
            arrived.forEach(this::submit);
        } catch (RuntimeException e) {
            Refusal refusal = Refusals.databaseStopped(name, text(e));
            stop(refusal).forEach(session -> session.fail(refusal));
            onStopped.accept(text(e));
        }
    }

    private synchronized List<PGliteSession> stop(Refusal refusal) {
        List<PGliteSession> left = List.copyOf(sessions);
        state = new State.Stopped(refusal);
        sessions.clear();
        waiting.clear();
        notifyAll();
        return left;
    }

    /** What clients hear of a database that can run nothing any more. */
    private synchronized Refusal stoppedBecause(RuntimeException cause) {
        return switch (state) {
            case State.Stopped(Refusal reason) -> reason;
            case State.Running _, State.Reopening _ ->
                    reopen.isPresent()
                            ? Refusals.databaseReopens(name, text(cause))
                            : Refusals.databaseStopped(name, text(cause));
        };
    }

    /** Ends all sessions, and waits until the backend is as it was; the database stays open. */
    void close() {
        List<PGliteSession> told;
        synchronized (this) {
            told = List.copyOf(sessions);
            if (!(state instanceof State.Running)) {
                state = new State.Stopped(Refusals.stopped());
            }
        }
        told.forEach(session -> session.stop(Refusals.stopped()));
        long deadline = System.nanoTime() + Duration.ofMillis(CLOSE_MILLIS).toNanos();
        synchronized (this) {
            boolean interrupted = false;
            long rest = CLOSE_MILLIS;
            while (!sessions.isEmpty() && rest > 0) {
                try {
                    wait(rest);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
                rest = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
            }
            state = new State.Stopped(Refusals.stopped());
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** A first line, without the log that may follow. */
    private static String text(RuntimeException cause) {
        return String.valueOf(cause.getMessage()).lines().findFirst().orElse("unknown");
    }
}
