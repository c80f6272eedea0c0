package dev.culvert.front.login;

import dev.culvert.front.backend.Backend;
import dev.culvert.front.observe.RefusedClient;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.front.refuse.Refusals;
import dev.culvert.front.session.Farewell;
import dev.culvert.front.session.LoggedIn;
import dev.culvert.front.session.SessionHandler;
import dev.culvert.front.session.SessionParts;
import dev.culvert.front.sharing.Entry;
import dev.culvert.front.sharing.Holder;
import dev.culvert.front.sharing.Turn;
import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.error.WireException;
import dev.culvert.wire.message.FrontendMessageType;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * From a proven user to a session: asks for the backend, and waits for it where clients may.
 *
 * <pre>
 *   Asking ── admitted ────────────────────────────────────────────▶ Done, with a session
 *     │                                                               ▲
 *     ├── waits ──▶ Waiting ── the one before has left ───────────────┘
 *     │             (or for a moment only, in case the one before is about to leave)
 *     │                └── too late, or client gone ──▶ Done, place given back
 *     └── occupied, full ──▶ Done
 * </pre>
 *
 * <p>Between admission and session the connection moves to the backend's event loop, if it is on
 * another.
 *
 * <p>Who waits hears its place as a notice, and again each time that it moves up. A client has
 * nothing to say before it is greeted; the little that may come all the same is kept.
 */
final class TurnHandler extends ChannelInboundHandlerAdapter {
    /** More than a client that has not been greeted sends. */
    private static final int MAX_EARLY_BYTES = 16_384;

    /** How long a client that may not wait gets all the same, for the one before to leave. */
    private static final Duration HANDOVER = Duration.ofMillis(500);

    private final LoggedIn client;
    private final SessionParts parts;
    private final Deadline deadline = new Deadline();
    private @Nullable ByteBuf received;

    /** 0 for one that waits for a moment only. */
    private int place;

    /** When the wait began, of a client that has a place. */
    private long waitingSince;

    private boolean done;

    TurnHandler(LoggedIn client, SessionParts parts) {
        this.client = client;
        this.parts = parts;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        Backend backend = client.backend();
        switch (backend.sharing().enter(client.holder(), new TurnOf(ctx))) {
            case Entry.Admitted() -> begin(ctx);
            case Entry.Waiting waiting -> {
                place = waiting.place();
                waitingSince = ctx.executor().ticker().nanoTime();
                Duration timeout = backend.timeouts().queue();
                deadline.set(
                        ctx,
                        timeout,
                        () -> refuse(ctx, Refusals.queueTimeout(backend.name(), timeout)));
                tell(ctx);
            }
            case Entry.WaitingBriefly(Holder holder) ->
                    deadline.set(
                            ctx,
                            HANDOVER,
                            () ->
                                    refuse(
                                            ctx,
                                            Refusals.occupied(
                                                    backend.name(),
                                                    backend.sharing().holder().orElse(holder))));
            case Entry.Occupied(Holder holder) ->
                    refuse(ctx, Refusals.occupied(backend.name(), holder));
            case Entry.Full(int number) -> refuse(ctx, Refusals.queueFull(backend.name(), number));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (done) {
            bytes.release();
            return;
        }
        ByteBuf early = received == null ? ctx.alloc().buffer() : received;
        received = early.writeBytes(bytes);
        bytes.release();
        if (early.getByte(early.readerIndex()) == FrontendMessageType.TERMINATE.code()) {
            leave();
            ctx.close();
        } else if (early.readableBytes() > MAX_EARLY_BYTES) {
            refuse(ctx, Refusals.violation(tooEarly()));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        leave();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        leave();
        if (received != null) {
            received.release();
            received = null;
        }
    }

    private void begin(ChannelHandlerContext ctx) {
        if (done) {
            // the turn was given to somebody who is gone; leaving has passed it on
            return;
        }
        deadline.clear();
        if (place > 0) {
            parts.observer().onQueueWait(ctx.executor().ticker().nanoTime() - waitingSince);
        }
        EventLoop home = client.backend().eventLoop();
        if (home == null || home.inEventLoop()) {
            startSession(ctx);
        } else {
            EventLoopMove.start(ctx.channel(), home, () -> startSession(ctx), this::leave);
        }
    }

    private void startSession(ChannelHandlerContext ctx) {
        if (done) {
            // the client has left, or said too much, on the way
            return;
        }
        done = true;
        ctx.pipeline().addLast("session", new SessionHandler(client, parts));
        ByteBuf early = received;
        received = null;
        if (early != null) {
            ctx.fireChannelRead(early);
        }
        if (!ctx.isRemoved()) {
            ctx.pipeline().remove(this);
        }
    }

    private void onPlace(ChannelHandlerContext ctx, int newPlace) {
        // a moment's wait is not worth a word
        if (!done && place > 0) {
            place = newPlace;
            tell(ctx);
        }
    }

    private void tell(ChannelHandlerContext ctx) {
        Backend backend = client.backend();
        ByteBuf notice = ctx.alloc().buffer();
        ErrorResponse.notice(
                        "the database \""
                                + backend.name()
                                + "\" is in use; your place in the queue is "
                                + place)
                .withHint(
                        "The session begins when your turn comes; the wait ends after "
                                + backend.timeouts().queue().toSeconds()
                                + " seconds.")
                .writeAsNotice(notice);
        ctx.writeAndFlush(notice);
    }

    private void refuse(ChannelHandlerContext ctx, Refusal refusal) {
        if (done) {
            return;
        }
        leave();
        SessionInfo info = client.info();
        parts.observer()
                .onRefused(new RefusedClient(info.client(), info.backend(), info.user()), refusal);
        Farewell.say(ctx.channel(), refusal.error());
    }

    private void leave() {
        if (!done) {
            done = true;
            deadline.clear();
            client.backend().sharing().leave(client.holder());
        }
    }

    private static WireException tooEarly() {
        return WireException.protocolViolation(
                "messages came before the session began",
                "Check the client: this is a defect in it.");
    }

    /** Carries the news to the connection's thread. */
    private final class TurnOf implements Turn {
        private final ChannelHandlerContext ctx;

        TurnOf(ChannelHandlerContext ctx) {
            this.ctx = ctx;
        }

        @Override
        public void onTurn() {
            ctx.executor().execute(() -> begin(ctx));
        }

        @Override
        public void onPlace(int newPlace) {
            ctx.executor().execute(() -> TurnHandler.this.onPlace(ctx, newPlace));
        }
    }
}
