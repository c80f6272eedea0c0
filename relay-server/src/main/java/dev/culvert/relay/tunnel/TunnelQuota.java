package dev.culvert.relay.tunnel;

import dev.culvert.relay.policy.Grant;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts tunnels, all and by subject. A subject without tunnels takes no room. Thread-safe. */
final class TunnelQuota {
    private final AtomicInteger all = new AtomicInteger();
    private final ConcurrentMap<String, Integer> bySubject = new ConcurrentHashMap<>();

    /** Counts one more, unless that is too many. */
    boolean take(Grant grant, int mostOfAll, int mostOfSubject) {
        if (all.incrementAndGet() > mostOfAll) {
            all.decrementAndGet();
            return false;
        }
        if (!grant.hasSubject()) {
            return true;
        }
        boolean[] taken = new boolean[1];
        bySubject.compute(
                grant.subject(),
                (_, count) -> {
                    int present = count == null ? 0 : count;
                    taken[0] = present < mostOfSubject;
                    if (taken[0]) {
                        return present + 1;
                    }
                    return count;
                });
        if (!taken[0]) {
            all.decrementAndGet();
        }
        return taken[0];
    }

    /** Counts one in another's place, even if it is another subject's. */
    void move(Grant former, Grant successor) {
        release(former);
        take(successor, Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    /** Counts one less. */
    void release(Grant grant) {
        all.decrementAndGet();
        if (grant.hasSubject()) {
            bySubject.computeIfPresent(
                    grant.subject(), (_, count) -> count == 1 ? null : count - 1);
        }
    }

    /** Tunnels of a subject at this moment. */
    int of(String subject) {
        return bySubject.getOrDefault(subject, 0);
    }
}
