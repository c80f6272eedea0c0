package dev.culvert.relay.refusals;

import dev.culvert.tunnel.codec.FrameDecoder;
import dev.culvert.tunnel.codec.FrameEncoder;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.Refusal;
import dev.culvert.tunnel.frame.Role;
import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.message.BackendMessages;
import dev.culvert.wire.message.TransactionStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An agent whose database says OK to everything, or what the scenario wants. */
final class ScriptedAgent {
    /** How the database begins a session. */
    sealed interface Start {
        record Good() implements Start {}

        /** Not at all. */
        record Silent() implements Start {}

        /** The agent does not take the session. */
        record Rejected(Refusal reason) implements Start {}

        /** The database answers with an error. */
        record Failed(ErrorResponse error) implements Start {}
    }

    private final Start start;
    private final WebSocketClient client;
    private final WebSocket webSocket;
    private final CompletableFuture<Boolean> welcome = new CompletableFuture<>();
    private final BlockingQueue<String> statements = new LinkedBlockingQueue<>();

    /** Streams that were opened, and what has come of their batch; on the WebSocket's thread. */
    private final Map<Integer, StringBuilder> batches = new HashMap<>();

    private volatile int lastStream;

    ScriptedAgent(Vertx vertx, int port, Frame.Hello hello, Start start) throws Exception {
        this.start = start;
        client = vertx.createWebSocketClient(new WebSocketClientOptions().setTrustAll(true));
        webSocket =
                client.connect(
                                new WebSocketConnectOptions()
                                        .setHost("localhost")
                                        .setPort(port)
                                        .setSsl(true)
                                        .setURI("/tunnel")
                                        .addSubProtocol(Frame.SUBPROTOCOL))
                        .await();
        webSocket.binaryMessageHandler(this::onMessage);
        webSocket.closeHandler(_ ->
                welcome.completeExceptionally(new IllegalStateException(webSocket.closeReason())));
        send(hello);
        welcome.get(10, TimeUnit.SECONDS);
    }

    /** Waits until a statement has been answered. */
    void awaitStatement() throws InterruptedException {
        if (statements.poll(20, TimeUnit.SECONDS) == null) {
            throw new AssertionError("no statement came");
        }
    }

    /** The owner stops sharing. */
    void stop() {
        send(new Frame.GoAway("closed", "the owner has had enough"));
        webSocket.close();
    }

    /** The agent's process dies. */
    void vanish() {
        webSocket.close((short) 1011);
    }

    /** The agent ends the session that began last. */
    void endSession(Refusal reason) {
        send(new Frame.Close(lastStream, reason));
    }

    private void onMessage(Buffer message) {
        Frame frame = FrameDecoder.decode(Unpooled.wrappedBuffer(message.getBytes()), Role.AGENT);
        switch (frame) {
            case Frame.Welcome _ -> welcome.complete(true);
            case Frame.Open open -> onOpen(open.stream());
            case Frame.Data data -> onData(data);
            case Frame.Close close -> {
                if (batches.remove(close.stream()) != null) {
                    send(new Frame.Close(close.stream(), null));
                }
            }
            case Frame.Ping ping -> send(new Frame.Pong(ping.opaque(), Set.of()));
            case null, default -> {
                // of no interest
            }
        }
    }

    private void onOpen(int stream) {
        lastStream = stream;
        if (start instanceof Start.Rejected(Refusal reason)) {
            send(new Frame.Reject(stream, reason));
        } else {
            batches.put(stream, new StringBuilder());
            send(new Frame.Accept(stream));
        }
    }

    private void onData(Frame.Data data) {
        String text = data.payload().toString(StandardCharsets.ISO_8859_1);
        data.payload().release();
        StringBuilder batch = batches.get(data.stream());
        if (batch == null) {
            return;
        }
        batch.append(text);
        if (data.end()) {
            String whole = batch.toString();
            batch.setLength(0);
            answer(data.stream(), whole);
        }
    }

    private void answer(int stream, String batch) {
        boolean statement = batch.startsWith("Q");
        ByteBuf answer = statement ? Unpooled.buffer() : startAnswer();
        if (answer == null) {
            return;
        }
        if (statement) {
            boolean begin = batch.contains("BEGIN");
            BackendMessages.commandComplete(answer, begin ? "BEGIN" : "SELECT 0");
            BackendMessages.readyForQuery(
                    answer, begin ? TransactionStatus.IN_TRANSACTION : TransactionStatus.IDLE);
        }
        send(new Frame.Data(stream, answer, true));
        if (statement) {
            statements.add(batch);
        }
    }

    private @Nullable ByteBuf startAnswer() {
        return switch (start) {
            case Start.Silent _, Start.Rejected _ -> null;
            case Start.Failed(ErrorResponse error) -> {
                ByteBuf answer = Unpooled.buffer();
                error.writeTo(answer);
                yield answer;
            }
            case Start.Good _ -> {
                ByteBuf answer = Unpooled.buffer();
                BackendMessages.authenticationOk(answer);
                BackendMessages.parameterStatus(answer, "server_version", "18.0");
                BackendMessages.parameterStatus(answer, "server_encoding", "UTF8");
                BackendMessages.parameterStatus(answer, "client_encoding", "UTF8");
                BackendMessages.readyForQuery(answer, TransactionStatus.IDLE);
                yield answer;
            }
        };
    }

    private void send(Frame frame) {
        ByteBuf encoded = FrameEncoder.encode(frame, UnpooledByteBufAllocator.DEFAULT);
        byte[] bytes = new byte[encoded.readableBytes()];
        encoded.readBytes(bytes).release();
        webSocket.writeBinaryMessage(Buffer.buffer(bytes));
    }
}
