package dev.culvert.pglite;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Those who listen to a database's notifications. Postgres gives a notification to whoever runs the
 * batch that it comes with, so answers are looked through, as long as anybody listens.
 *
 * <p>Source: Postgres documentation, "Message Formats", NotificationResponse.
 */
final class Notifications {
    private static final int HEADER = 5;
    private static final int PROCESS_ID = 4;

    private final List<PGlite.NotificationListener> listeners = new CopyOnWriteArrayList<>();

    Runnable add(PGlite.NotificationListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** An output that tells the listeners of the notifications that it passes on. */
    PGlite.Output heardIn(PGlite.Output answer) {
        if (listeners.isEmpty()) {
            return answer;
        }
        Scanner scanner = new Scanner();
        return (bytes, offset, length) -> {
            scanner.scan(bytes, offset, offset + length);
            answer.write(bytes, offset, length);
        };
    }

    /** Walks the headers of an answer; keeps what has not come whole of a notification. */
    private final class Scanner {
        private final byte[] header = new byte[HEADER];
        private int headerKnown;
        private int bodyLeft;

        /** The body of a notification, or empty while the message is another one. */
        private byte[] body = {};

        void scan(byte[] bytes, int from, int to) {
            int at = from;
            while (at < to) {
                if (headerKnown < HEADER) {
                    int count = Math.min(HEADER - headerKnown, to - at);
                    System.arraycopy(bytes, at, header, headerKnown, count);
                    headerKnown += count;
                    at += count;
                    if (headerKnown == HEADER) {
                        begin();
                    }
                } else {
                    int count = Math.min(bodyLeft, to - at);
                    if (body.length > 0) {
                        System.arraycopy(bytes, at, body, body.length - bodyLeft, count);
                    }
                    bodyLeft -= count;
                    at += count;
                }
                if (headerKnown == HEADER && bodyLeft == 0) {
                    end();
                }
            }
        }

        private void begin() {
            int length =
                    (header[1] & 0xFF) << 24
                            | (header[2] & 0xFF) << 16
                            | (header[3] & 0xFF) << 8
                            | (header[4] & 0xFF);
            bodyLeft = length - Integer.BYTES;
            body = header[0] == 'A' ? new byte[bodyLeft] : new byte[0];
        }

        private void end() {
            headerKnown = 0;
            if (body.length > PROCESS_ID) {
                int channelEnd = PROCESS_ID;
                while (body[channelEnd] != 0) {
                    channelEnd++;
                }
                String channel = text(Arrays.copyOfRange(body, PROCESS_ID, channelEnd));
                String payload = text(Arrays.copyOfRange(body, channelEnd + 1, body.length - 1));
                listeners.forEach(listener -> listener.onNotification(channel, payload));
            }
            body = new byte[0];
        }

        private String text(byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }
}
