package dev.culvert.front.sharing;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Mode {@code exclusive}: one client has the backend, others are turned away. Lock-free and
 * thread-safe.
 */
public final class ExclusiveSlot {
    /**
     * Who has the backend.
     *
     * @param session the session's id
     * @param user the user that logged in
     * @param since when it took the backend
     */
    public record Holder(String session, String user, Instant since) {}

    private final AtomicReference<@Nullable Holder> holder = new AtomicReference<>();

    /**
     * Takes the backend if nobody has it.
     *
     * @return who has it instead; empty when it was taken
     */
    public Optional<Holder> take(Holder candidate) {
        return Optional.ofNullable(holder.compareAndExchange(null, candidate));
    }

    /** Gives the backend back; does nothing for someone who does not have it. */
    public void release(Holder former) {
        holder.compareAndSet(former, null);
    }
}
