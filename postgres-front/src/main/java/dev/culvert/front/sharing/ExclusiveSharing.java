package dev.culvert.front.sharing;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Mode {@code exclusive}: one client has the backend, others are turned away. Lock-free. */
public final class ExclusiveSharing implements Sharing {
    private final AtomicReference<@Nullable Holder> holder = new AtomicReference<>();

    @Override
    public Entry enter(Holder candidate, Turn turn) {
        Holder present = holder.compareAndExchange(null, candidate);
        return present == null ? new Entry.Admitted() : new Entry.Occupied(present);
    }

    @Override
    public void leave(Holder former) {
        holder.compareAndSet(former, null);
    }

    @Override
    public int waiting() {
        return 0;
    }
}
