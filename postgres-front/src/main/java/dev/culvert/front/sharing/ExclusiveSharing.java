package dev.culvert.front.sharing;

import java.util.Optional;

/**
 * Mode {@code exclusive}: one client has the backend, others are turned away; a few of them after a
 * moment in which it may become free.
 */
public final class ExclusiveSharing implements Sharing {
    /** More than come anew while one leaves. */
    private static final int MAX_WAITING_BRIEFLY = 8;

    private final QueueSharing queue = new QueueSharing(MAX_WAITING_BRIEFLY);

    @Override
    public Entry enter(Holder candidate, Turn turn) {
        return switch (queue.enter(candidate, turn)) {
            case Entry.Waiting(_, Holder holder) -> new Entry.WaitingBriefly(holder);
            // whoever it was may have left since: the candidate is as good a guess as any
            case Entry.Full _ -> new Entry.Occupied(queue.holder().orElse(candidate));
            case Entry other -> other;
        };
    }

    @Override
    public void leave(Holder former) {
        queue.leave(former);
    }

    @Override
    public Optional<Holder> holder() {
        return queue.holder();
    }

    @Override
    public int waiting() {
        return 0;
    }
}
