package dev.culvert.front.login;

import dev.culvert.front.backend.Backend;
import dev.culvert.front.backend.Proof;
import dev.culvert.front.backend.Route;
import dev.culvert.front.limit.ConnectionLimiter;
import dev.culvert.front.observe.RefusedClient;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.front.refuse.Refusals;
import dev.culvert.front.session.Farewell;
import dev.culvert.front.session.LoggedIn;
import dev.culvert.front.sharing.Holder;
import dev.culvert.wire.error.WireException;
import dev.culvert.wire.md5.Md5Verifier;
import dev.culvert.wire.message.BackendMessages;
import dev.culvert.wire.message.PasswordMessage;
import dev.culvert.wire.message.SaslInitialResponse;
import dev.culvert.wire.message.SaslResponse;
import dev.culvert.wire.scram.AwaitingProof;
import dev.culvert.wire.scram.ChannelBinding;
import dev.culvert.wire.scram.ScramExchange;
import dev.culvert.wire.scram.ScramVerifier;
import dev.culvert.wire.startup.ProtocolNegotiation;
import dev.culvert.wire.startup.ProtocolVersion;
import dev.culvert.wire.startup.StartupMessage;
import dev.culvert.wire.startup.StartupOptions;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * From StartupMessage to a proven user.
 *
 * <pre>
 *   Begin ─ route found ─▶ AwaitInitial ─ SASLInitialResponse ─▶ AwaitProof ─ SASLResponse ─▶ Done
 *     │                                                              │
 *     ├─ in clear text ──▶ AwaitPassword ─ PasswordMessage ─▶ Checking
 *     ├─ by MD5 ─────────▶ AwaitMd5 ────── PasswordMessage ───┤      │ wrong
 *     └─ no password needed ─▶ Done ◀──── right ──────────────┘      ▼
 *                               ▲                                Delaying
 *                               └──── 28P01 sent ────────────────────┘
 * </pre>
 *
 * <p>From everywhere: refused, too late or client gone means Done. The backend is asked for at the
 * very end, by {@link TurnHandler}, so that nobody occupies it without a password. {@link Claim}
 * says what a user that the backend does not know, or no longer lets in, goes through.
 */
public final class LoginHandler extends ChannelInboundHandlerAdapter {
    private static final int SESSION_ID_BYTES = 6;

    private sealed interface Stage {
        record Begin() implements Stage {}

        record AwaitInitial(Claim claim, ScramVerifier verifier) implements Stage {}

        record AwaitProof(Claim claim, AwaitingProof exchange) implements Stage {}

        record AwaitPassword(Claim claim, Proof.Password password, PasswordChecks checks)
                implements Stage {}

        @SuppressWarnings("ArrayRecordComponent") // seen by nobody else
        record AwaitMd5(Claim claim, Md5Verifier verifier, byte[] salt) implements Stage {}

        record Checking() implements Stage {}

        record Delaying() implements Stage {}

        record Done() implements Stage {}
    }

    private final LoginParts parts;
    private final StartupMessage startup;
    private final ClientTls tls;
    private final Deadline deadline;
    private final ProtocolVersion version;
    private final ByteBuf received;
    private Stage stage = new Stage.Begin();

    /** What the client has asked for, if there is such a backend. */
    private Route.@Nullable Found found;

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
        try {
            switch (parts.backends().route(tls.sniHost(), startup)) {
                case Route.Refused(Refusal refusal) -> refuse(ctx, refusal);
                case Route.Found found -> onRoute(ctx, found);
            }
        } catch (WireException e) {
            refuse(ctx, Refusals.violation(e));
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        stage = new Stage.Done();
        deadline.clear();
        received.release();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            if (!isWaitingForClient()) {
                return;
            }
            received.writeBytes(bytes);
            byte[] body = PasswordMessage.read(received);
            while (body != null) {
                onPassword(ctx, body);
                // behind the last message of the login nothing is waited for
                body = isWaitingForClient() ? PasswordMessage.read(received) : null;
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

    private boolean isWaitingForClient() {
        return switch (stage) {
            case Stage.Begin _,
                    Stage.AwaitInitial _,
                    Stage.AwaitProof _,
                    Stage.AwaitPassword _,
                    Stage.AwaitMd5 _ ->
                    true;
            case Stage.Checking _, Stage.Delaying _, Stage.Done _ -> false;
        };
    }

    private void onRoute(ChannelHandlerContext ctx, Route.Found route) {
        // what a session could not read is refused here, while there is nothing to give back
        StartupOptions.parse(route.startup().options());
        Backend backend = route.backend();
        found = route;
        InetAddress address = address(ctx);
        if (!backend.credentials().admits(address)) {
            refuse(ctx, Refusals.addressNotAllowed(backend.name(), address));
            return;
        }
        if (!tls.permits(route.startup().user())) {
            refuse(ctx, Refusals.certificateMismatch(route.startup().user()));
            return;
        }
        if (isBlocked(ctx, backend)) {
            return;
        }
        switch (parts.connections().login(backend.name())) {
            case ConnectionLimiter.Decision.Refused(Refusal refusal) -> refuse(ctx, refusal);
            case ConnectionLimiter.Decision.Admitted(Runnable release) -> {
                ctx.channel().closeFuture().addListener(_ -> release.run());
                ask(ctx, Claim.of(route, parts.mockSecret(), parts.clock().instant()));
            }
        }
    }

    private void ask(ChannelHandlerContext ctx, Claim claim) {
        ByteBuf question = ctx.alloc().buffer();
        ProtocolNegotiation negotiation = ProtocolNegotiation.of(startup);
        if (negotiation.needed()) {
            negotiation.writeTo(question);
        }
        PasswordChecks checks =
                ctx.pipeline().get(SslHandler.class) == null ? null : parts.passwordChecks();
        switch (claim.proof()) {
            case Proof.None _ -> {
                ctx.write(question);
                takeBackend(ctx, claim);
                return;
            }
            case Proof.Password password when checks != null -> {
                stage = new Stage.AwaitPassword(claim, password, checks);
                BackendMessages.authenticationCleartextPassword(question);
            }
            case Proof.Scram(ScramVerifier verifier) -> {
                stage = new Stage.AwaitInitial(claim, verifier);
                BackendMessages.authenticationSasl(
                        question, ScramExchange.mechanisms(tls.binding()));
            }
            case Proof.Md5(Md5Verifier verifier) -> {
                if (!claim.user().equals(startup.user())) {
                    // the client hashes the name that it sent, which is not the one in the hash
                    question.release();
                    refuse(ctx, Refusals.md5ByUser(claim.user()));
                    return;
                }
                byte[] salt = randomBytes(Md5Verifier.SALT_LENGTH);
                stage = new Stage.AwaitMd5(claim, verifier, salt);
                BackendMessages.authenticationMd5Password(question, salt);
            }
        }
        ctx.writeAndFlush(question);
    }

    private void onPassword(ChannelHandlerContext ctx, byte[] body) {
        switch (stage) {
            case Stage.AwaitInitial(Claim claim, ScramVerifier verifier) ->
                    onInitial(ctx, claim, verifier, body);
            case Stage.AwaitProof(Claim claim, AwaitingProof exchange) ->
                    onProof(ctx, claim, exchange, body);
            case Stage.AwaitPassword awaiting -> onCleartext(ctx, awaiting, body);
            case Stage.AwaitMd5 awaiting -> onMd5(ctx, awaiting, body);
            case Stage.Begin _, Stage.Checking _, Stage.Delaying _, Stage.Done _ ->
                    throw new IllegalStateException("no password is expected now");
        }
    }

    private void onInitial(
            ChannelHandlerContext ctx, Claim claim, ScramVerifier verifier, byte[] body) {
        SaslInitialResponse initial = SaslInitialResponse.parse(body);
        ChannelBinding binding = tls.binding();
        AwaitingProof exchange =
                ScramExchange.begin(
                        initial.mechanism(),
                        initial.data(),
                        verifier,
                        binding,
                        binding.isAvailable(),
                        ScramExchange.nonces(parts.random()));
        stage = new Stage.AwaitProof(claim, exchange);
        ByteBuf answer = ctx.alloc().buffer();
        BackendMessages.authenticationSaslContinue(answer, exchange.serverFirst());
        ctx.writeAndFlush(answer);
    }

    private void onProof(
            ChannelHandlerContext ctx, Claim claim, AwaitingProof exchange, byte[] body) {
        // others from the same address may have failed meanwhile
        if (isBlocked(ctx, claim.route().backend())) {
            return;
        }
        ScramExchange.Outcome outcome = exchange.finish(SaslResponse.parse(body).data());
        boolean good = claim.isGood(parts.clock().instant());
        switch (outcome) {
            case ScramExchange.Authenticated(byte[] serverFinal) when good -> {
                ByteBuf answer = ctx.alloc().buffer();
                BackendMessages.authenticationSaslFinal(answer, serverFinal);
                ctx.writeAndFlush(answer);
                onProven(ctx, claim);
            }
            case ScramExchange.Rejected(ScramExchange.Reason reason)
                    when reason == ScramExchange.Reason.CHANNEL_BINDING_MISMATCH ->
                    refuse(
                            ctx,
                            Refusals.notAuthenticated(
                                    new ScramExchange.Rejected(reason)
                                            .toErrorResponse(claim.user())));
            case ScramExchange.Authenticated _, ScramExchange.Rejected _ -> onWrong(ctx, claim);
        }
    }

    private void onCleartext(ChannelHandlerContext ctx, Stage.AwaitPassword awaiting, byte[] body) {
        if (isBlocked(ctx, awaiting.claim().route().backend())) {
            return;
        }
        String password = new String(withoutNul(body), StandardCharsets.UTF_8);
        Claim claim = awaiting.claim();
        Stage.Checking checking = new Stage.Checking();
        stage = checking;
        boolean taken =
                awaiting.checks()
                        .check(
                                () -> awaiting.password().accepts(claim.user(), password),
                                ctx.executor(),
                                right -> onChecked(ctx, claim, right));
        if (!taken) {
            refuse(ctx, Refusals.checksBusy());
        }
    }

    private void onChecked(ChannelHandlerContext ctx, Claim claim, boolean right) {
        if (!(stage instanceof Stage.Checking)) {
            return;
        }
        onAnswer(ctx, claim, right);
    }

    private void onMd5(ChannelHandlerContext ctx, Stage.AwaitMd5 awaiting, byte[] body) {
        boolean right = awaiting.verifier().proves(awaiting.salt(), withoutNul(body));
        onAnswer(ctx, awaiting.claim(), right);
    }

    private void onAnswer(ChannelHandlerContext ctx, Claim claim, boolean right) {
        // others from the same address may have failed meanwhile
        if (isBlocked(ctx, claim.route().backend())) {
            return;
        }
        if (right && claim.isGood(parts.clock().instant())) {
            onProven(ctx, claim);
        } else {
            onWrong(ctx, claim);
        }
    }

    private void onProven(ChannelHandlerContext ctx, Claim claim) {
        parts.attempts().succeeded(claim.route().backend().name(), address(ctx));
        takeBackend(ctx, claim);
    }

    private void onWrong(ChannelHandlerContext ctx, Claim claim) {
        Duration delay = parts.attempts().failed(claim.route().backend().name(), address(ctx));
        stage = new Stage.Delaying();
        deadline.set(ctx, delay, () -> refuse(ctx, Refusals.wrongPassword(claim.user())));
    }

    private boolean isBlocked(ChannelHandlerContext ctx, Backend backend) {
        Optional<Duration> wait = parts.attempts().blocked(backend.name(), address(ctx));
        wait.ifPresent(rest -> refuse(ctx, Refusals.tooManyFailures(rest)));
        return wait.isPresent();
    }

    private void takeBackend(ChannelHandlerContext ctx, Claim claim) {
        deadline.clear();
        stage = new Stage.Done();
        ByteBuf ok = ctx.alloc().buffer();
        BackendMessages.authenticationOk(ok);
        // the greeting, a notice or a refusal follows at once
        ctx.write(ok);
        Route.Found route = claim.route();
        SessionInfo info = sessionInfo(ctx, route);
        Holder holder = new Holder(info.id(), info.user(), Instant.now());
        ChannelPipeline pipeline = ctx.pipeline();
        pipeline.addLast(
                "turn",
                new TurnHandler(
                        new LoggedIn(
                                info,
                                route.backend(),
                                holder,
                                route.startup(),
                                version,
                                claim.expires()),
                        parts.session()));
        if (received.isReadable()) {
            ctx.fireChannelRead(received.readRetainedSlice(received.readableBytes()));
        }
        if (!ctx.isRemoved()) {
            pipeline.remove(this);
        }
    }

    private SessionInfo sessionInfo(ChannelHandlerContext ctx, Route.Found route) {
        SslHandler tls = ctx.pipeline().get(SslHandler.class);
        return new SessionInfo(
                HexFormat.of().formatHex(randomBytes(SESSION_ID_BYTES)),
                route.backend().name(),
                ClientAddress.of(ctx.channel()),
                route.startup().user(),
                route.startup().parameter("application_name").orElse(""),
                tls == null ? null : tls.engine().getSession().getProtocol());
    }

    private void refuse(ChannelHandlerContext ctx, Refusal refusal) {
        if (stage instanceof Stage.Done) {
            return;
        }
        stage = new Stage.Done();
        deadline.clear();
        parts.session().observer().onRefused(refused(ctx), refusal);
        Farewell.say(ctx.channel(), refusal.error());
    }

    private RefusedClient refused(ChannelHandlerContext ctx) {
        InetSocketAddress address = ClientAddress.of(ctx.channel());
        Route.Found asked = found;
        return asked == null
                ? new RefusedClient(address, null, startup.user())
                : new RefusedClient(address, asked.backend().name(), asked.startup().user());
    }

    private byte[] randomBytes(int number) {
        byte[] bytes = new byte[number];
        parts.random().nextBytes(bytes);
        return bytes;
    }

    /** A NUL ends a password; without one it is the wrong password of a broken client. */
    private static byte[] withoutNul(byte[] body) {
        return Arrays.copyOf(body, Math.max(0, body.length - 1));
    }

    private static InetAddress address(ChannelHandlerContext ctx) {
        return ClientAddress.of(ctx.channel()).getAddress();
    }
}
