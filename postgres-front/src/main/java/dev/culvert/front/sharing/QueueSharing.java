package dev.culvert.front.sharing;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Mode {@code queue}: one client has the backend, others wait in the order in which they came.
 *
 * <p>A client asks once and leaves once, so a lock does: there is none where data goes. What
 * waiting clients hear is said under it, and so in order. A turn that was given to somebody who has
 * meanwhile gone is passed on when that one leaves.
 */
public final class QueueSharing implements Sharing {
    private record Waiter(Holder holder, Turn turn) {}

    private final int maxWaiting;
    private final List<Waiter> waiters = new ArrayList<>();
    private @Nullable Holder holder;

    /**
     * A queue.
     *
     * @param maxWaiting how many may wait at a time
     */
    public QueueSharing(int maxWaiting) {
        this.maxWaiting = maxWaiting;
    }

    @Override
    public synchronized Entry enter(Holder candidate, Turn turn) {
        Holder present = holder;
        if (present == null) {
            holder = candidate;
            return new Entry.Admitted();
        }
        if (waiters.size() >= maxWaiting) {
            return new Entry.Full(waiters.size());
        }
        waiters.add(new Waiter(candidate, turn));
        return new Entry.Waiting(waiters.size(), present);
    }

    @Override
    public synchronized void leave(Holder former) {
        if (!former.equals(holder)) {
            int place = places().indexOf(former);
            if (place >= 0) {
                waiters.remove(place);
                tellPlacesFrom(place);
            }
        } else if (waiters.isEmpty()) {
            holder = null;
        } else {
            Waiter next = waiters.removeFirst();
            holder = next.holder();
            next.turn().onTurn();
            tellPlacesFrom(0);
        }
    }

    @Override
    public synchronized Optional<Holder> holder() {
        return Optional.ofNullable(holder);
    }

    @Override
    public synchronized int waiting() {
        return waiters.size();
    }

    private List<Holder> places() {
        return waiters.stream().map(Waiter::holder).toList();
    }

    private void tellPlacesFrom(int place) {
        for (int i = place; i < waiters.size(); i++) {
            waiters.get(i).turn().onPlace(i + 1);
        }
    }
}
