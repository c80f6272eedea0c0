package dev.culvert.agent.upstream;

import dev.culvert.front.refuse.Refusal;
import dev.culvert.front.refuse.Refusals;
import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.error.Severity;
import dev.culvert.wire.error.WireException;
import dev.culvert.wire.message.BackendMessages;
import dev.culvert.wire.startup.CancelRequest;
import dev.culvert.wire.startup.StartupMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection to the Postgres server: logs in, and then tells what the server says, message by
 * message, as slices of what was read.
 *
 * <pre>
 *   LOGIN ── ReadyForQuery ──▶ DATA ── FATAL, closed, close() ──▶ CLOSED
 *     └── refused, too late, closed ──────────────────────────────▲
 * </pre>
 */
final class ServerChannel extends ChannelInboundHandlerAdapter {
    private static final int HEADER_BYTES = 5;
    private static final String NOT_POSTGRES = "it does not answer as Postgres does";

    /** How long the server may take to let the agent in. */
    private static final Duration LOGIN_TIMEOUT = Duration.ofSeconds(10);

    /** No message of a login, and no error that ends a session, is so long. */
    private static final int MAX_HELD_BYTES = 64 * 1_024;

    private enum Phase {
        LOGIN,
        DATA,
        CLOSED
    }

    /** What the connection tells. Nothing follows the last three. */
    interface Listener {
        /**
         * The server has let the agent in.
         *
         * @param answer to the StartupMessage, taken over
         */
        void onLoggedIn(ServerChannel channel, ByteBuf answer);

        /**
         * A message has come whole.
         *
         * @param end its last byte
         * @return whether it completes an answer
         */
        boolean onMessage(byte type, byte end);

        /** The server's bytes, taken over. */
        void onData(ByteBuf bytes, boolean endOfAnswer);

        /** The connection takes more again. */
        void onWritable();

        /**
         * The server does not let the agent in.
         *
         * @param reason for the client
         * @param cause for the agent's owner
         */
        void onFailed(Refusal reason, String cause);

        /** The server ended the session. */
        void onFatal(ErrorResponse error);

        /** The connection is closed, or broken. */
        void onClosed();
    }

    private final UpstreamConnector connector;
    private final EventLoop thread;
    private final StartupMessage startup;
    private final UpstreamLogin login;
    private final Listener listener;
    private Phase phase = Phase.LOGIN;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Future<?> timer;

    /** The answer to the StartupMessage, as far as it has come. */
    private ByteBuf answer = Unpooled.EMPTY_BUFFER;

    /** What has come of a message that is needed whole. */
    private @Nullable ByteBuf held;

    /** A proof is being computed; the server waits for it. */
    private boolean computing;

    /** What is to come of a message that was passed on in part. */
    private int bodyLeft;

    private byte type;

    ServerChannel(
            UpstreamConnector connector,
            EventLoop thread,
            Protection protection,
            StartupMessage startup,
            Listener listener) {
        this.connector = connector;
        this.thread = thread;
        this.startup = startup;
        this.login = new UpstreamLogin(connector.address(), protection);
        this.listener = listener;
    }

    /** What cancels the session's statement. */
    CancelRequest cancelRequest() {
        return new CancelRequest(login.processId(), login.secretKey());
    }

    /** Takes the bytes over. */
    void write(ByteBuf bytes) {
        context().writeAndFlush(bytes);
    }

    boolean isWritable() {
        return context().channel().isWritable();
    }

    /** Stops or goes on reading from the server. */
    void reading(boolean on) {
        context().channel().config().setAutoRead(on);
    }

    /** Closes the connection; the listener hears nothing any more. */
    void close() {
        toClosed();
        context().close();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        answer = ctx.alloc().buffer();
        BackendMessages.authenticationOk(answer);
        timer =
                thread.schedule(
                        () ->
                                unreachable(
                                        "it did not let the agent in within "
                                                + LOGIN_TIMEOUT.toSeconds()
                                                + " seconds"),
                        LOGIN_TIMEOUT.toNanos(),
                        TimeUnit.NANOSECONDS);
        ByteBuf message = ctx.alloc().buffer();
        startup.writeTo(message);
        ctx.writeAndFlush(message);
        if (!ctx.channel().isActive()) {
            channelInactive(ctx);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (held != null) {
            bytes = Unpooled.wrappedBuffer(held, bytes);
            held = null;
        }
        onBytes(bytes);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (phase == Phase.DATA && ctx.channel().isWritable()) {
            listener.onWritable();
        }
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        Phase before = phase;
        toClosed();
        if (before == Phase.DATA) {
            listener.onClosed();
        } else if (before == Phase.LOGIN) {
            tellUnreachable("it closed the connection");
        }
        ctx.fireChannelInactive();
    }

    /** Takes the bytes over. */
    private void onBytes(ByteBuf bytes) {
        try {
            while (phase == Phase.LOGIN && !computing && onLoginMessage(bytes)) {
                // the next one
            }
            if (phase == Phase.DATA) {
                onServerData(bytes);
            }
            if (phase != Phase.CLOSED && bytes.isReadable()) {
                held = bytes.retainedSlice();
                if (phase == Phase.LOGIN && held.readableBytes() > MAX_HELD_BYTES) {
                    unreachable(NOT_POSTGRES);
                }
            }
        } catch (WireException | IndexOutOfBoundsException e) {
            Phase before = phase;
            context().close();
            toClosed();
            if (before == Phase.LOGIN) {
                tellUnreachable(NOT_POSTGRES);
            } else {
                listener.onClosed();
            }
        } finally {
            bytes.release();
        }
    }

    // until the agent is in

    /** Whether there was a whole message. */
    private boolean onLoginMessage(ByteBuf bytes) {
        if (bytes.readableBytes() < HEADER_BYTES) {
            return false;
        }
        int start = bytes.readerIndex();
        int length = bytes.getInt(start + 1);
        if (length < Integer.BYTES || length > MAX_HELD_BYTES) {
            unreachable(NOT_POSTGRES);
            return false;
        }
        if (bytes.readableBytes() < 1 + length) {
            return false;
        }
        ByteBuf message = bytes.readSlice(1 + length);
        ByteBuf body = message.slice(HEADER_BYTES, length - Integer.BYTES);
        switch (login.onMessage(message.getByte(0), body)) {
            case UpstreamLogin.Step.Wait _ -> {
                // for more
            }
            case UpstreamLogin.Step.Send(byte[] password) -> sendPassword(password);
            case UpstreamLogin.Step.Compute compute -> compute(compute);
            case UpstreamLogin.Step.Pass _ -> {
                answer.writeBytes(message, 0, 1 + length);
                if (answer.readableBytes() > MAX_HELD_BYTES) {
                    unreachable(NOT_POSTGRES);
                }
            }
            case UpstreamLogin.Step.Done _ -> {
                answer.writeBytes(message, 0, 1 + length);
                onIn();
            }
            case UpstreamLogin.Step.Failed(String told, String cause) ->
                    fail(Refusals.upstreamLoginFailed(told), cause);
            case UpstreamLogin.Step.Refused(ErrorResponse error) ->
                    fail(Refusals.backendEnded(error), error.message());
        }
        return true;
    }

    private void compute(UpstreamLogin.Step.Compute step) {
        computing = true;
        connector
                .compute(thread, () -> step.scram().last(step.challenge()))
                .onComplete(result -> {
                    computing = false;
                    if (phase != Phase.LOGIN) {
                        return;
                    }
                    if (result.failed()) {
                        String cause = String.valueOf(result.cause().getMessage());
                        fail(Refusals.upstreamLoginFailed(cause), cause);
                        return;
                    }
                    sendPassword(result.result());
                    ByteBuf waiting = held;
                    if (waiting != null) {
                        held = null;
                        onBytes(waiting);
                    }
                });
    }

    private void sendPassword(byte[] body) {
        write(
                context()
                        .alloc()
                        .buffer(HEADER_BYTES + body.length)
                        .writeByte('p')
                        .writeInt(Integer.BYTES + body.length)
                        .writeBytes(body));
    }

    private void onIn() {
        phase = Phase.DATA;
        callOffTimer();
        ByteBuf whole = answer;
        answer = Unpooled.EMPTY_BUFFER;
        listener.onLoggedIn(this, whole);
    }

    private void fail(Refusal reason, String cause) {
        if (phase == Phase.LOGIN) {
            close();
            listener.onFailed(reason, cause);
        }
    }

    private void unreachable(String cause) {
        fail(Refusals.upstreamUnreachable(cause), cause);
    }

    private void tellUnreachable(String cause) {
        listener.onFailed(Refusals.upstreamUnreachable(cause), cause);
    }

    // afterwards

    private void onServerData(ByteBuf bytes) {
        int from = bytes.readerIndex();
        int at = from;
        int end = bytes.writerIndex();
        while (at < end) {
            if (bodyLeft == 0) {
                if (end - at < HEADER_BYTES) {
                    break;
                }
                type = bytes.getByte(at);
                int length = bytes.getInt(at + 1);
                if (length < Integer.BYTES) {
                    throw new IndexOutOfBoundsException("a message of " + length + " bytes");
                }
                if (type == 'E' && length <= MAX_HELD_BYTES) {
                    if (end - at < 1 + length) {
                        break; // whether it ends the session is known when it is whole
                    }
                    ErrorResponse error =
                            ErrorResponse.parse(
                                    bytes.slice(at + HEADER_BYTES, length - Integer.BYTES));
                    if (error.severity() == Severity.FATAL || error.severity() == Severity.PANIC) {
                        onFatal(bytes, from, at, error);
                        return;
                    }
                }
                at += HEADER_BYTES;
                bodyLeft = length - Integer.BYTES;
            }
            int count = Math.min(bodyLeft, end - at);
            bodyLeft -= count;
            at += count;
            if (bodyLeft == 0 && listener.onMessage(type, bytes.getByte(at - 1))) {
                listener.onData(bytes.retainedSlice(from, at - from), true);
                from = at;
                if (phase == Phase.CLOSED) {
                    return;
                }
            }
        }
        bytes.readerIndex(at);
        if (at > from) {
            listener.onData(bytes.retainedSlice(from, at - from), false);
        }
    }

    private void onFatal(ByteBuf bytes, int from, int at, ErrorResponse error) {
        if (at > from) {
            listener.onData(bytes.retainedSlice(from, at - from), false);
        }
        if (phase == Phase.DATA) {
            close();
            listener.onFatal(error);
        }
    }

    private void toClosed() {
        phase = Phase.CLOSED;
        callOffTimer();
        answer.release();
        answer = Unpooled.EMPTY_BUFFER;
        if (held != null) {
            held.release();
            held = null;
        }
    }

    private void callOffTimer() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext present = context;
        if (present == null) {
            throw new IllegalStateException("the handler is in no pipeline");
        }
        return present;
    }
}
