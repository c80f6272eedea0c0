package dev.culvert.front.session;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The sessions of a front at this moment, by id, for its operators. Thread-safe. */
public final class LiveSessions {
    private final ConcurrentMap<String, LiveSession> sessions = new ConcurrentHashMap<>();

    /** All of them, in no order. */
    public List<LiveSession> all() {
        return List.copyOf(sessions.values());
    }

    /** The session of that id. */
    public Optional<LiveSession> find(String id) {
        return Optional.ofNullable(sessions.get(id));
    }

    void add(LiveSession session) {
        sessions.put(session.info().id(), session);
    }

    void remove(LiveSession session) {
        sessions.remove(session.info().id(), session);
    }
}
