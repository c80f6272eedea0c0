package dev.culvert.agent.conformance;

import java.util.HashMap;
import java.util.Map;

/** What counts in a tunnel, whatever WebSocket carries it. */
final class Epoch {
    /** Sequenced frames that the script has sent. */
    long sent;

    /** Sequenced frames that have come. */
    long received;

    /** The last ACK that came. */
    long acknowledged;

    /** Bytes that were granted to the script, by stream. */
    final Map<Integer, Long> granted = new HashMap<>();

    /** Bytes that the script may still send, by stream. */
    final Map<Integer, Long> room = new HashMap<>();

    /** Bytes that may still come, by stream. */
    final Map<Integer, Long> credit = new HashMap<>();

    static void add(Map<Integer, Long> counts, int stream, long bytes) {
        counts.merge(stream, bytes, Long::sum);
    }

    static long count(Map<Integer, Long> counts, int stream) {
        return counts.getOrDefault(stream, 0L);
    }
}
