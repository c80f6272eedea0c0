package dev.culvert.relay.console;

import dev.culvert.front.sharing.Entry;
import dev.culvert.front.sharing.Holder;
import dev.culvert.front.sharing.Sharing;
import dev.culvert.front.sharing.Turn;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.SequencedSet;

/** So many at once, and nobody waits. */
final class SharedByFew implements Sharing {
    private final int most;
    private final SequencedSet<Holder> holders = new LinkedHashSet<>();

    SharedByFew(int most) {
        this.most = most;
    }

    @Override
    public synchronized Entry enter(Holder candidate, Turn turn) {
        if (holders.size() >= most) {
            return new Entry.Occupied(holders.getFirst());
        }
        holders.add(candidate);
        return new Entry.Admitted();
    }

    @Override
    public synchronized void leave(Holder former) {
        holders.remove(former);
    }

    @Override
    public synchronized Optional<Holder> holder() {
        return holders.stream().findFirst();
    }

    @Override
    public int waiting() {
        return 0;
    }
}
