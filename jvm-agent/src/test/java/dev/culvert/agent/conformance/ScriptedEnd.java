package dev.culvert.agent.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One WebSocket, from the script's side. Its link's threads tell what comes; one thread asks. */
final class ScriptedEnd {
    private static final int HEADER_BYTES = 8;
    private static final int MAX_PAYLOAD = 32_768;
    private static final int END = 1;
    private static final long PATIENCE_SECONDS = 20;

    /**
     * Unacknowledged frames and bytes of them, at most: what the specification permits, or less.
     */
    private static final int MAX_UNACKNOWLEDGED = 32;

    private static final int MAX_UNACKNOWLEDGED_BYTES = 16_384;

    private static final List<Integer> SEQUENCED =
            List.of(
                    Notation.type("OPEN"),
                    Notation.type("ACCEPT"),
                    Notation.type("REJECT"),
                    Notation.type("DATA"),
                    Notation.type("CREDIT"),
                    Notation.type("CANCEL"),
                    Notation.type("CLOSE"));

    /** What carries messages. */
    interface Link {
        void send(byte[] message);

        void sendText(String text);

        /** Breaks it, without a Close frame. */
        void cut();

        void close(int code);
    }

    /** What came: a frame, or the end. */
    sealed interface Arrival {
        record Frame(int type, int flags, int stream, byte[] payload) implements Arrival {
            String text() {
                return new String(payload, UTF_8);
            }
        }

        record Closed(int code, String reason) implements Arrival {}
    }

    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private final List<Arrival.Frame> frames = new ArrayList<>();
    private final Map<Integer, ByteArrayOutputStream> grown = new HashMap<>();
    private final boolean granting;
    private final int window;
    private final Link link;
    private Arrival.@Nullable Closed closed;
    private int unacknowledged;
    private int unacknowledgedBytes;

    /** The tunnel that it carries. */
    Epoch epoch;

    /**
     * An end.
     *
     * @param window what the other side may send on a stream at first
     * @param granting whether credit is granted for what comes
     */
    ScriptedEnd(Link link, Epoch epoch, int window, boolean granting) {
        this.link = link;
        this.epoch = epoch;
        this.window = window;
        this.granting = granting;
    }

    // what the link tells, on any thread

    void onMessage(byte[] message) {
        ByteBuffer header = ByteBuffer.wrap(message);
        arrivals.add(
                new Arrival.Frame(
                        message[0],
                        message[1],
                        header.getInt(4),
                        Arrays.copyOfRange(message, HEADER_BYTES, message.length)));
    }

    void onClosed(int code, String reason) {
        arrivals.add(new Arrival.Closed(code, reason));
    }

    // what the script says

    Link link() {
        return link;
    }

    void send(JsonNode noted) throws IOException {
        int stream = noted.get("stream").intValue();
        boolean end = noted.path("flags").toString().contains("END");
        if (noted.get("type").textValue().equals("CREDIT")) {
            Epoch.add(epoch.credit, stream, noted.get("bytes").longValue());
        }
        send(
                Notation.type(noted.get("type").textValue()),
                end ? END : 0,
                stream,
                Notation.payload(noted));
    }

    private void send(int type, int flags, int stream, byte... payload) {
        if (SEQUENCED.contains(type)) {
            epoch.sent++;
        }
        link.send(
                ByteBuffer.allocate(HEADER_BYTES + payload.length)
                        .put((byte) type)
                        .put((byte) flags)
                        .putShort((short) 0)
                        .putInt(stream)
                        .put(payload)
                        .array());
    }

    /** Begins a stream's counts. */
    void open(int stream, int otherWindow) {
        epoch.credit.put(stream, (long) window);
        epoch.room.put(stream, (long) otherWindow);
    }

    /** Sends a batch or an answer in as many frames as it takes, as credit permits. */
    void batch(int stream, byte[] messages) throws InterruptedException {
        int at = 0;
        do {
            until("CREDIT", () -> Epoch.count(epoch.room, stream) > 0);
            int size =
                    (int)
                            Math.min(
                                    Math.min(MAX_PAYLOAD, messages.length - at),
                                    Epoch.count(epoch.room, stream));
            byte[] part = Arrays.copyOfRange(messages, at, at + size);
            at += size;
            Epoch.add(epoch.room, stream, -size);
            send(Notation.type("DATA"), at == messages.length ? END : 0, stream, part);
        } while (at < messages.length);
    }

    // what the script hears

    /** The next frame that is neither CREDIT nor ACK, and that is wanted. */
    Arrival.Frame next(String what, Predicate<Arrival.Frame> wanted) throws InterruptedException {
        while (true) {
            for (Iterator<Arrival.Frame> each = frames.iterator(); each.hasNext(); ) {
                Arrival.Frame frame = each.next();
                if (wanted.test(frame)) {
                    each.remove();
                    return frame;
                }
            }
            take(what);
        }
    }

    /** A whole answer or batch. */
    byte[] whole(int stream) throws InterruptedException {
        while (true) {
            if ((grow(stream).flags() & END) != 0) {
                ByteArrayOutputStream whole = grown.remove(stream);
                return whole == null ? new byte[0] : whole.toByteArray();
            }
        }
    }

    /** Exactly so many bytes of DATA. */
    void collect(int stream, long bytes) throws InterruptedException {
        long left = bytes;
        while (left > 0) {
            left -= grow(stream).payload().length;
        }
        if (left < 0) {
            throw new AssertionError(-left + " bytes more than " + bytes);
        }
    }

    private Arrival.Frame grow(int stream) throws InterruptedException {
        Arrival.Frame frame = next("DATA on stream " + stream, each -> each.stream() == stream);
        if (frame.type() != Notation.type("DATA")) {
            throw new AssertionError("type " + frame.type() + " in place of DATA: " + frame.text());
        }
        grown.computeIfAbsent(stream, _ -> new ByteArrayOutputStream()).writeBytes(frame.payload());
        return frame;
    }

    /** The other side answers PING, and says nothing else before that. */
    void quiet() throws InterruptedException {
        byte[] opaque = HexFormat.of().parseHex("ffffffffffffffff");
        send(Notation.type("PING"), 0, 0, opaque);
        Arrival.Frame pong = next("PONG", _ -> true);
        if (pong.type() != Notation.type("PONG") || !Arrays.equals(pong.payload(), opaque)) {
            throw new AssertionError(
                    "type " + pong.type() + " on stream " + pong.stream() + ": " + pong.text());
        }
    }

    /** Waits until something holds. */
    void until(String what, BooleanSupplier holds) throws InterruptedException {
        while (!holds.getAsBoolean()) {
            take(what);
        }
    }

    Arrival.Closed closed() throws InterruptedException {
        Arrival.Closed known = closed;
        while (known == null) {
            take("the end");
            known = closed;
        }
        return known;
    }

    private void take(String what) throws InterruptedException {
        if (closed != null) {
            throw new AssertionError("closed before " + what + ": " + closed);
        }
        switch (arrivals.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            case null -> throw new AssertionError("no " + what);
            case Arrival.Closed end -> closed = end;
            case Arrival.Frame frame -> take(frame);
        }
    }

    private void take(Arrival.Frame frame) {
        if (SEQUENCED.contains(frame.type())) {
            acknowledge(frame);
        }
        int stream = frame.stream();
        ByteBuffer payload = ByteBuffer.wrap(frame.payload());
        if (frame.type() == Notation.type("CREDIT")) {
            Epoch.add(epoch.granted, stream, payload.getInt(0));
            Epoch.add(epoch.room, stream, payload.getInt(0));
        } else if (frame.type() == Notation.type("ACK")) {
            epoch.acknowledged = payload.getLong();
        } else if (frame.type() == Notation.type("PING")) {
            send(Notation.type("PONG"), 0, 0, frame.payload());
        } else {
            if (frame.type() == Notation.type("DATA")) {
                onData(stream, frame.payload().length);
            }
            frames.add(frame);
        }
    }

    private void acknowledge(Arrival.Frame frame) {
        epoch.received++;
        unacknowledged++;
        unacknowledgedBytes += HEADER_BYTES + frame.payload().length;
        if (unacknowledged >= MAX_UNACKNOWLEDGED
                || unacknowledgedBytes >= MAX_UNACKNOWLEDGED_BYTES) {
            unacknowledged = 0;
            unacknowledgedBytes = 0;
            byte[] count = ByteBuffer.allocate(Long.BYTES).putLong(epoch.received).array();
            send(Notation.type("ACK"), 0, 0, count);
        }
    }

    private void onData(int stream, int bytes) {
        Epoch.add(epoch.credit, stream, -bytes);
        if (Epoch.count(epoch.credit, stream) < 0 || bytes > MAX_PAYLOAD) {
            throw new AssertionError(bytes + " bytes of DATA are more than was agreed");
        }
        if (granting && bytes > 0) {
            Epoch.add(epoch.credit, stream, bytes);
            send(
                    Notation.type("CREDIT"),
                    0,
                    stream,
                    ByteBuffer.allocate(Integer.BYTES).putInt(bytes).array());
        }
    }
}
