package dev.culvert.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.culvert.tunnel.codec.FrameDecoder;
import dev.culvert.tunnel.codec.FrameEncoder;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.Role;
import dev.culvert.tunnel.replay.ReliableLink;
import dev.culvert.tunnel.stream.FrameOutput;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * An agent without a database: answers a {@link #query} with so many zero bytes as it asks for,
 * other batches with nothing, and a session's first with what it takes to begin. Can be frozen: it
 * reads nothing any more then, and its WebSocket stays.
 *
 * <p>All on a thread of its own.
 */
final class NullAgent implements WebSocket.Listener, FrameOutput, AutoCloseable {
    /** Without a password, if the relay permits that. */
    static final String USER = "guest";

    private static final int WINDOW = 256 * 1_024;
    private static final int FRAME = 32 * 1_024;
    private static final int MAX_UNSENT = 64 * 1_024;

    private static final int DIGITS = 12;
    private static final int QUERY_BYTES = 5 + DIGITS + 1;

    /** AuthenticationOk and ReadyForQuery. */
    private static final byte[] STARTED = {
        'R', 0, 0, 0, 8, 0, 0, 0, 0, 'Z', 0, 0, 0, 5, 'I',
    };

    /** A stream, and what it has to say. */
    private static final class Stream {
        int credit;
        int batches;
        int position;
        long answer;
        boolean answering;
        byte[] text = new byte[0];
    }

    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final HttpClient client;
    private final CompletableFuture<Void> welcomed = new CompletableFuture<>();
    private final Map<Integer, Stream> streams = new LinkedHashMap<>();
    private final AtomicLong sentBytes = new AtomicLong();
    private final AtomicLong receivedBytes = new AtomicLong();
    private final ReliableLink link = new ReliableLink(true, this, System::nanoTime, () -> {});
    private CompletableFuture<?> lastSend = CompletableFuture.completedFuture(null);
    private int unsent;
    private int relayWindow;
    private ByteBuf message = Unpooled.buffer();
    private volatile boolean frozen;
    private @Nullable WebSocket webSocket;

    private NullAgent(@Nullable SSLContext tls) {
        HttpClient.Builder builder = HttpClient.newBuilder().executor(thread);
        client = tls == null ? builder.build() : builder.sslContext(tls).build();
    }

    /** Dials, and returns when the tunnel is open. */
    static NullAgent connect(URI relay, String name, @Nullable SSLContext tls) throws Exception {
        NullAgent agent = new NullAgent(tls);
        WebSocket connected =
                agent.client
                        .newWebSocketBuilder()
                        .subprotocols(Frame.SUBPROTOCOL)
                        .buildAsync(relay, agent)
                        .get(20, TimeUnit.SECONDS);
        agent.thread
                .submit(() -> {
                    agent.webSocket = connected;
                    agent.send(hello(name));
                })
                .get();
        agent.welcomed.get(20, TimeUnit.SECONDS);
        return agent;
    }

    /** A Query that asks for an answer of so many bytes, as one message of a client would have. */
    static byte[] query(long answer) {
        return ByteBuffer.allocate(QUERY_BYTES)
                .put((byte) 'Q')
                .putInt(QUERY_BYTES - 1)
                .put("%012d\0".formatted(answer).getBytes(US_ASCII))
                .array();
    }

    /** Payload bytes of answers that were given to the WebSocket. */
    long sentBytes() {
        return sentBytes.get();
    }

    /** Payload bytes that came. */
    long receivedBytes() {
        return receivedBytes.get();
    }

    /** From now on nothing is read. */
    void freeze() {
        frozen = true;
    }

    @Override
    public void close() {
        client.shutdownNow();
        thread.shutdownNow();
    }

    private static Frame.Hello hello(String name) {
        return new Frame.Hello(
                "null-agent",
                name,
                null,
                null,
                List.of(new Frame.User(USER, null, null)),
                List.of(),
                new Frame.Backend(Frame.Backend.Kind.POSTGRES, "18"),
                null,
                null,
                Frame.Timeouts.NONE,
                WINDOW,
                true,
                null);
    }

    // what the WebSocket does

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer part, boolean last) {
        message.writeBytes(part);
        if (last) {
            Frame frame = FrameDecoder.decode(message, Role.AGENT);
            message.release();
            message = Unpooled.buffer();
            if (frame != null) {
                onFrame(frame);
            }
        }
        if (!frozen) {
            from.request(1);
        }
        return null;
    }

    private void onFrame(Frame frame) {
        link.onReceived(frame);
        switch (frame) {
            case Frame.Welcome welcome -> {
                relayWindow = welcome.window();
                welcomed.complete(null);
            }
            case Frame.Open open -> {
                Stream stream = new Stream();
                stream.credit = relayWindow;
                streams.put(open.stream(), stream);
                link.send(new Frame.Accept(open.stream()));
            }
            case Frame.Data data -> onData(data);
            case Frame.Credit credit -> {
                Stream stream = streams.get(credit.stream());
                if (stream != null) {
                    stream.credit += credit.bytes();
                }
            }
            case Frame.Close close -> {
                streams.remove(close.stream());
                link.send(new Frame.Close(close.stream(), null));
            }
            case Frame.Ack(long count) -> link.onAck(count);
            case Frame.Ping(long opaque) -> {
                link.acknowledge();
                link.send(new Frame.Pong(opaque, Set.of()));
            }
            default -> {
                // nothing to do about it
            }
        }
        pump();
    }

    private void onData(Frame.Data data) {
        Stream stream = streams.get(data.stream());
        int size = data.payload().readableBytes();
        receivedBytes.addAndGet(size);
        if (stream != null) {
            if (stream.position == 0 && stream.batches > 0 && size == QUERY_BYTES) {
                stream.answer = Long.parseLong(data.payload().toString(5, DIGITS, US_ASCII));
            }
            stream.position += size;
            if (data.end()) {
                stream.position = 0;
                stream.answering = true;
                stream.text = stream.batches++ == 0 ? STARTED : copyData(stream.answer);
                stream.answer = Math.max(0, stream.answer - stream.text.length);
            }
            if (size > 0) {
                link.send(new Frame.Credit(data.stream(), size));
            }
        }
        data.payload().release();
    }

    /** The head of a message that makes the answer one that a client could read. */
    private static byte[] copyData(long size) {
        return size < 5
                ? new byte[0]
                : ByteBuffer.allocate(5).put((byte) 'd').putInt((int) size - 1).array();
    }

    private void pump() {
        boolean moved = true;
        while (moved) {
            moved = false;
            for (Map.Entry<Integer, Stream> entry : streams.entrySet()) {
                if (link.isWritable()) {
                    moved |= answer(entry.getKey(), entry.getValue());
                }
            }
        }
    }

    private boolean answer(int id, Stream stream) {
        long left = stream.answer + stream.text.length;
        if (!stream.answering || stream.credit < Math.min(left, STARTED.length)) {
            return false;
        }
        boolean first = stream.text.length > 0;
        int size = (int) Math.min(Math.min(FRAME, stream.credit), stream.answer);
        ByteBuf payload = Unpooled.wrappedBuffer(first ? stream.text : new byte[size]);
        stream.answer -= first ? 0 : size;
        stream.text = new byte[0];
        size = payload.readableBytes();
        stream.credit -= size;
        stream.answering = stream.answer > 0;
        sentBytes.addAndGet(size);
        link.send(new Frame.Data(id, payload, !stream.answering));
        return true;
    }

    // what the link does

    @Override
    public void send(Frame frame) {
        WebSocket present = webSocket;
        if (present == null) {
            return;
        }
        ByteBuf encoded = FrameEncoder.encode(frame, UnpooledByteBufAllocator.DEFAULT);
        byte[] bytes = new byte[encoded.readableBytes()];
        encoded.readBytes(bytes).release();
        unsent += bytes.length;
        lastSend =
                lastSend.thenCompose(_ -> present.sendBinary(ByteBuffer.wrap(bytes), true))
                        .thenRunAsync(
                                () -> {
                                    unsent -= bytes.length;
                                    pump();
                                },
                                thread);
    }

    @Override
    public boolean isWritable() {
        return unsent < MAX_UNSENT;
    }
}
