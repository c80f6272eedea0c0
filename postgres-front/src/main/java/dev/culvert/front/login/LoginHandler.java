package dev.culvert.front.login;

import dev.culvert.front.backend.Backend;
import dev.culvert.front.backend.Route;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.front.refuse.Refusals;
import dev.culvert.front.session.Farewell;
import dev.culvert.front.session.LoggedIn;
import dev.culvert.front.session.SessionHandler;
import dev.culvert.front.sharing.ExclusiveSlot;
import dev.culvert.wire.error.WireException;
import dev.culvert.wire.message.BackendMessages;
import dev.culvert.wire.message.PasswordMessage;
import dev.culvert.wire.message.SaslInitialResponse;
import dev.culvert.wire.message.SaslResponse;
import dev.culvert.wire.scram.AwaitingProof;
import dev.culvert.wire.scram.ChannelBinding;
import dev.culvert.wire.scram.MockVerifier;
import dev.culvert.wire.scram.ScramExchange;
import dev.culvert.wire.scram.ScramVerifier;
import dev.culvert.wire.startup.ProtocolNegotiation;
import dev.culvert.wire.startup.ProtocolVersion;
import dev.culvert.wire.startup.StartupMessage;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;

/**
 * From StartupMessage to a proven user.
 *
 * <pre>
 *   Begin ─ route found ─▶ AwaitInitial ─ SASLInitialResponse ─▶ AwaitProof ─ SASLResponse ─▶ Done
 *     └──────────────┬──────────────────────────────┴──────────────────────────┘
 *                    ▼ refused, too late, client gone: Done
 * </pre>
 *
 * <p>The backend's slot is taken at the very end, so that nobody occupies it without a password. A
 * user that the backend does not know goes through the same exchange with a mock verifier.
 */
public final class LoginHandler extends ChannelInboundHandlerAdapter {
    private static final int SESSION_ID_BYTES = 6;

    private sealed interface Stage {
        record Begin() implements Stage {}

        record AwaitInitial(Route.Found route) implements Stage {}

        record AwaitProof(Route.Found route, boolean known, AwaitingProof exchange)
                implements Stage {}

        record Done() implements Stage {}
    }

    private final LoginParts parts;
    private final StartupMessage startup;
    private final ClientTls tls;
    private final Deadline deadline;
    private final ProtocolVersion version;
    private final ByteBuf received;
    private Stage stage = new Stage.Begin();

    /**
     * A login.
     *
     * @param deadline runs already; cleared when the login is over
     * @param received an empty buffer to collect in, taken over
     */
    public LoginHandler(
            LoginParts parts,
            StartupMessage startup,
            ClientTls tls,
            Deadline deadline,
            ByteBuf received) {
        this.parts = parts;
        this.startup = startup;
        this.tls = tls;
        this.deadline = deadline;
        this.received = received;
        this.version = ProtocolNegotiation.of(startup).version();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ProtocolNegotiation negotiation = ProtocolNegotiation.of(startup);
        try {
            switch (parts.backends().route(tls.sniHost(), startup)) {
                case Route.Refused(Refusal refusal) -> refuse(ctx, refusal);
                case Route.Found found -> {
                    stage = new Stage.AwaitInitial(found);
                    ByteBuf answer = ctx.alloc().buffer();
                    if (negotiation.needed()) {
                        negotiation.writeTo(answer);
                    }
                    BackendMessages.authenticationSasl(
                            answer, ScramExchange.mechanisms(tls.binding()));
                    ctx.writeAndFlush(answer);
                }
            }
        } catch (WireException e) {
            refuse(ctx, Refusals.violation(e));
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        stage = new Stage.Done();
        received.release();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            if (stage instanceof Stage.Done) {
                return;
            }
            received.writeBytes(bytes);
            byte[] body = PasswordMessage.read(received);
            while (body != null) {
                onPassword(ctx, body);
                // behind the last message of the login nothing is waited for
                body = stage instanceof Stage.Done ? null : PasswordMessage.read(received);
            }
        } catch (WireException e) {
            refuse(ctx, Refusals.violation(e));
        } finally {
            bytes.release();
        }
    }

    /** The client took too long. */
    public void onDeadline(ChannelHandlerContext ctx) {
        refuse(ctx, Refusals.loginTimeout());
    }

    private void onPassword(ChannelHandlerContext ctx, byte[] body) {
        switch (stage) {
            case Stage.AwaitInitial(Route.Found route) -> onInitial(ctx, route, body);
            case Stage.AwaitProof(Route.Found route, boolean known, AwaitingProof exchange) ->
                    onProof(ctx, route, known, exchange, body);
            case Stage.Begin _, Stage.Done _ ->
                    throw new IllegalStateException("no password is expected now");
        }
    }

    private void onInitial(ChannelHandlerContext ctx, Route.Found route, byte[] body) {
        SaslInitialResponse initial = SaslInitialResponse.parse(body);
        String user = route.startup().user();
        Optional<ScramVerifier> verifier = route.backend().verifier(user);
        ChannelBinding binding = tls.binding();
        AwaitingProof exchange =
                ScramExchange.begin(
                        initial.mechanism(),
                        initial.data(),
                        verifier.orElseGet(() -> MockVerifier.forUser(parts.mockSecret(), user)),
                        binding,
                        binding.isAvailable(),
                        ScramExchange.nonces(parts.random()));
        stage = new Stage.AwaitProof(route, verifier.isPresent(), exchange);
        ByteBuf answer = ctx.alloc().buffer();
        BackendMessages.authenticationSaslContinue(answer, exchange.serverFirst());
        ctx.writeAndFlush(answer);
    }

    private void onProof(
            ChannelHandlerContext ctx,
            Route.Found route,
            boolean known,
            AwaitingProof exchange,
            byte[] body) {
        switch (exchange.finish(SaslResponse.parse(body).data())) {
            case ScramExchange.Rejected rejected ->
                    refuse(
                            ctx,
                            Refusals.notAuthenticated(
                                    rejected.toErrorResponse(route.startup().user())));
            case ScramExchange.Authenticated(byte[] serverFinal) -> {
                if (!known) {
                    throw new IllegalStateException("a mock verifier accepted a password");
                }
                ByteBuf answer = ctx.alloc().buffer();
                BackendMessages.authenticationSaslFinal(answer, serverFinal);
                ctx.writeAndFlush(answer);
                takeBackend(ctx, route);
            }
        }
    }

    private void takeBackend(ChannelHandlerContext ctx, Route.Found route) {
        Backend backend = route.backend();
        SessionInfo info = sessionInfo(ctx, route);
        ExclusiveSlot.Holder holder =
                new ExclusiveSlot.Holder(info.id(), info.user(), Instant.now());
        Optional<ExclusiveSlot.Holder> other = backend.slot().take(holder);
        if (other.isPresent()) {
            refuse(ctx, Refusals.occupied(backend.name(), other.get()));
            return;
        }
        deadline.clear();
        stage = new Stage.Done();
        ChannelPipeline pipeline = ctx.pipeline();
        pipeline.addLast(
                "session",
                new SessionHandler(
                        new LoggedIn(info, backend, holder, route.startup(), version),
                        parts.session()));
        if (received.isReadable()) {
            ctx.fireChannelRead(received.readRetainedSlice(received.readableBytes()));
        }
        pipeline.remove(this);
    }

    private SessionInfo sessionInfo(ChannelHandlerContext ctx, Route.Found route) {
        byte[] id = new byte[SESSION_ID_BYTES];
        parts.random().nextBytes(id);
        return new SessionInfo(
                HexFormat.of().formatHex(id),
                route.backend().name(),
                (InetSocketAddress) ctx.channel().remoteAddress(),
                route.startup().user(),
                route.startup().parameter("application_name").orElse(""));
    }

    private void refuse(ChannelHandlerContext ctx, Refusal refusal) {
        if (stage instanceof Stage.Done) {
            return;
        }
        stage = new Stage.Done();
        deadline.clear();
        parts.session().observer().onRefused(ctx.channel().remoteAddress(), refusal);
        Farewell.say(ctx.channel(), refusal.error());
    }
}
