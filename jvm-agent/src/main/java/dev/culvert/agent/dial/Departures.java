package dev.culvert.agent.dial;

import dev.culvert.tunnel.frame.CloseCode;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.Refusal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Tunnels whose relay drains, and in whose place there is another: each is let go when its last
 * session has ended.
 */
final class Departures {
    /** An agent whose relays drain faster than sessions end cuts the oldest off. */
    private static final int MOST = 4;

    private final SequencedMap<RelayConnection, Epoch> epochs = new LinkedHashMap<>();

    /** The relay behind this connection has been left. */
    void add(RelayConnection connection, Epoch epoch) {
        epochs.put(connection, epoch);
        if (epochs.size() > MOST) {
            end(epochs.firstEntry().getKey(), Optional.of(CloseCode.CLOSED), "too many drain");
        }
        letGo();
    }

    /** The sessions that came through this connection, if its relay has been left. */
    @Nullable Epoch epochOf(RelayConnection connection) {
        return epochs.get(connection);
    }

    /** The connection of an epoch whose relay has been left, or null. */
    @Nullable RelayConnection connectionOf(Epoch epoch) {
        for (Map.Entry<RelayConnection, Epoch> each : epochs.entrySet()) {
            if (each.getValue() == epoch) {
                return each.getKey();
            }
        }
        return null;
    }

    /** Lets those go that have no session any more. */
    void letGo() {
        for (Map.Entry<RelayConnection, Epoch> each : List.copyOf(epochs.entrySet())) {
            if (each.getValue().isEmpty()) {
                String message = "moved to another relay";
                each.getValue().sayGoodbye(new Frame.GoAway(CloseCode.CLOSED.label(), message));
                end(each.getKey(), Optional.of(CloseCode.CLOSED), message);
            }
        }
    }

    /** Ends one, and its sessions without a word; does nothing with a connection that is none. */
    void end(RelayConnection connection, Optional<CloseCode> code, String message) {
        Epoch epoch = epochs.remove(connection);
        if (epoch != null) {
            epoch.abandon();
            connection.end(code, message);
        }
    }

    /**
     * Ends all of them.
     *
     * @param refusal what clients are told, if anything
     */
    void endAll(CloseCode code, @Nullable Refusal refusal, Frame.GoAway goAway) {
        for (RelayConnection connection : new ArrayList<>(epochs.keySet())) {
            Epoch epoch = epochs.get(connection);
            if (refusal != null && epoch != null) {
                epoch.sayGoodbye(refusal, goAway);
            }
            end(connection, Optional.of(code), "");
        }
    }
}
