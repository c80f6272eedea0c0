package dev.culvert.relay.tunnel;

import dev.culvert.front.backend.BackendEvents;
import dev.culvert.front.backend.BackendSession;
import dev.culvert.front.backend.SessionRequest;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.front.refuse.Refusals;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.stream.RelayStream;
import dev.culvert.tunnel.stream.StreamListener;
import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.error.Severity;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The bridge between a client's session and its stream: what either side says is carried to the
 * other's thread, in order.
 */
final class TunnelSession implements BackendSession, StreamListener {
    private final LiveTunnel tunnel;
    private final SessionRequest request;
    private final BackendEvents events;
    private final Executor clientThread;

    /** Null before {@link #open}, and when the tunnel had ended by then. On the tunnel's thread. */
    private @Nullable RelayStream stream;

    /** Batches that have no whole answer yet. On the tunnel's thread. */
    private int unanswered;

    TunnelSession(LiveTunnel tunnel, SessionRequest request, BackendEvents events) {
        this.tunnel = tunnel;
        this.request = request;
        this.events = events;
        this.clientThread = request.executor();
    }

    /** On the tunnel's thread, before anything else arrives there. */
    void open() {
        Refusal refusal = tunnel.refusesBecause();
        if (refusal != null) {
            clientThread.execute(() -> events.onEnd(refusal));
            return;
        }
        stream = tunnel.conversation().open(this::openFrame, this);
        tunnel.sessions().remember(this);
    }

    /** The session is to end when it is idle. */
    void endWhenIdle(Refusal reason) {
        clientThread.execute(() -> events.onEndWhenIdle(reason));
    }

    /** Whether the agent has, or is being sent, a batch that it has not answered. */
    boolean awaitsAnswer() {
        return unanswered > 0;
    }

    /** The client should know this. On the tunnel's thread. */
    void notice(ErrorResponse notice) {
        clientThread.execute(() -> events.onNotice(notice));
    }

    private Frame.Open openFrame(int id) {
        return new Frame.Open(
                id,
                request.session(),
                request.startup().user(),
                request.startup().database(),
                new Frame.Client(
                        request.client().getAddress().getHostAddress(), request.client().getPort()),
                request.startup().parameter("application_name").orElse(""));
    }

    // from the client's thread to the tunnel's

    @Override
    public void send(ByteBuf bytes, boolean endOfBatch) {
        tunnel.thread()
                .execute(() -> {
                    if (stream == null) {
                        bytes.release();
                    } else {
                        unanswered += endOfBatch ? 1 : 0;
                        stream.send(bytes, endOfBatch);
                    }
                });
    }

    @Override
    public void consumed(int bytes) {
        onStream(present -> present.consumed(bytes));
    }

    @Override
    public void cancel(int batch) {
        onStream(present -> present.cancel(batch));
    }

    @Override
    public void close() {
        onStream(present -> {
            tunnel.sessions().forget(this);
            present.close();
        });
    }

    private void onStream(Consumer<RelayStream> action) {
        tunnel.thread()
                .execute(() -> {
                    if (stream != null) {
                        action.accept(stream);
                    }
                });
    }

    // from the tunnel's thread to the client's

    @Override
    public void onAccepted() {
        // the answer to the first batch says more
    }

    @Override
    public void onData(ByteBuf payload, boolean end) {
        unanswered -= end ? 1 : 0;
        clientThread.execute(() -> events.onData(payload, end));
    }

    @Override
    public void onSent(int bytes) {
        clientThread.execute(() -> events.onSent(bytes));
    }

    @Override
    public void onStalled() {
        tunnel.meters().stalledToDatabase();
    }

    @Override
    public void onAgentStalled() {
        tunnel.meters().stalledToClient();
    }

    @Override
    public void onEnd(dev.culvert.tunnel.frame.@Nullable Refusal reason) {
        tunnel.sessions().forget(this);
        Refusal ended = tunnel.endedBecause();
        Refusal told = ended != null ? ended : refusalOf(reason);
        clientThread.execute(() -> events.onEnd(told));
    }

    private static Refusal refusalOf(dev.culvert.tunnel.frame.@Nullable Refusal reason) {
        return reason == null
                ? Refusals.agentLost()
                : Refusals.backendEnded(
                        new ErrorResponse(
                                Severity.FATAL,
                                reason.sqlstate(),
                                reason.message(),
                                reason.detail(),
                                reason.hint()));
    }
}
