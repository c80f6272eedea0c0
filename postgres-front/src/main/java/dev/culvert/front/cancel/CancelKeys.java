package dev.culvert.front.cancel;

import dev.culvert.wire.startup.CancelRequest;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The keys of all sessions, as BackendKeyData gives them to clients. Thread-safe.
 *
 * <p>A process id finds at most one key, in constant time; the secret is compared in constant time.
 * A request with an unknown key does nothing and is answered with nothing, as on a Postgres server.
 */
public final class CancelKeys {
    /** Key length of protocol 3.0. */
    public static final int SHORT_KEY_BYTES = 4;

    /** Key length of protocol 3.2. */
    public static final int LONG_KEY_BYTES = 32;

    private record Entry(byte[] secret, Runnable cancel) {}

    /**
     * A session's key.
     *
     * @param processId what a client shows as the backend's pid; positive
     */
    public record Key(int processId, byte[] secret) {}

    private final SecureRandom random = new SecureRandom();
    private final ConcurrentMap<Integer, Entry> entries = new ConcurrentHashMap<>();

    /**
     * Makes a key for a session.
     *
     * @param keyBytes {@link #SHORT_KEY_BYTES} or {@link #LONG_KEY_BYTES}
     * @param cancel runs on the thread of the connection that brings the request
     */
    public Key register(int keyBytes, Runnable cancel) {
        byte[] secret = new byte[keyBytes];
        random.nextBytes(secret);
        Entry entry = new Entry(secret, cancel);
        int processId;
        do {
            processId = random.nextInt(1, Integer.MAX_VALUE);
        } while (entries.putIfAbsent(processId, entry) != null);
        return new Key(processId, secret.clone());
    }

    /** Forgets a session's key. */
    public void remove(Key key) {
        entries.remove(key.processId());
    }

    /** Cancels what the key's session runs, if there is one. */
    public void cancel(CancelRequest request) {
        Optional.ofNullable(entries.get(request.processId()))
                .filter(entry -> MessageDigest.isEqual(entry.secret, request.secretKey()))
                .ifPresent(entry -> entry.cancel.run());
    }
}
