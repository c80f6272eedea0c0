package dev.culvert.front.listen;

import dev.culvert.front.login.ClientAddress;
import dev.culvert.front.login.ClientTls;
import dev.culvert.front.login.Deadline;
import dev.culvert.front.login.LoginHandler;
import dev.culvert.front.observe.RefusedClient;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.front.refuse.Refusals;
import dev.culvert.front.session.Farewell;
import dev.culvert.wire.error.WireException;
import dev.culvert.wire.scram.ChannelBinding;
import dev.culvert.wire.startup.CancelRequest;
import dev.culvert.wire.startup.FirstPacket;
import dev.culvert.wire.startup.FirstPacketReader;
import dev.culvert.wire.startup.GssEncRequest;
import dev.culvert.wire.startup.SslRequest;
import dev.culvert.wire.startup.StartupMessage;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SniCompletionEvent;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Objects;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that a client may send before and including its StartupMessage.
 *
 * <pre>
 *             SSLRequest: "S"                    handshake done
 *   PLAIN ─────────────────────▶ TLS_STARTING ───────────────────▶ SECURE
 *    │ │ └── first byte 0x16 ──────────▲                             │
 *    │ └── GSSENCRequest, or SSLRequest  StartupMessage              ▼
 *    │     where there is no TLS: "N", once                          │
 *    └──────────────────────────────────────────────────────────▶ DONE: login takes over
 * </pre>
 *
 * <p>Whatever arrived together with the SSLRequest is given to TLS and to nothing else: bytes that
 * somebody on the way put in front of the handshake are never read as the client's
 * (CVE-2021-23222).
 *
 * <p>Source: Postgres documentation, "Message Flow", SSL and GSSAPI session encryption.
 */
final class FirstPacketHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(FirstPacketHandler.class);

    /** First byte of a TLS record that holds a handshake message (RFC 8446, section 5.1). */
    private static final byte TLS_HANDSHAKE = 0x16;

    /** More than any client says hello with; the default of Netty. */
    private static final int MAX_CLIENT_HELLO_BYTES = 64 * 1_024;

    private enum Stage {
        PLAIN,
        TLS_STARTING,
        SECURE,
        DONE
    }

    private final ConnectionParts parts;
    private final Deadline deadline = new Deadline();
    private Stage stage = Stage.PLAIN;
    private Admission admission = new Admission.Admitted();
    private boolean directTls;
    private boolean gssRefused;
    private boolean tlsRefused;
    private @Nullable String sniHost;
    private @Nullable ByteBuf received;

    FirstPacketHandler(ConnectionParts parts) {
        this.parts = parts;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        deadline.set(ctx, parts.settings().tlsTimeout(), () -> onTlsDeadline(ctx));
        admission = Admission.of(ctx.channel(), parts.login().connections());
        if (admission instanceof Admission.Refused(Refusal refusal, boolean told) && !told) {
            stage = Stage.DONE;
            observeRefused(ctx, refusal);
            ctx.close();
            return;
        }
        ctx.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        deadline.clear();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        release();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (stage == Stage.DONE) {
            bytes.release();
            return;
        }
        add(ctx, bytes);
        try {
            readPackets(ctx);
        } catch (WireException e) {
            refuse(ctx, Refusals.violation(e));
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        switch (event) {
            case SniCompletionEvent sni -> sniHost = sni.hostname();
            case SslHandshakeCompletionEvent handshake -> onHandshake(ctx, handshake);
            default -> {
                // not about TLS
            }
        }
        super.userEventTriggered(ctx, event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.atDebug()
                .addKeyValue("client", ClientAddress.of(ctx.channel()))
                .setCause(cause)
                .log("connection failed before its startup message");
        ctx.close();
    }

    private void readPackets(ChannelHandlerContext ctx) {
        while (stage != Stage.DONE) {
            ByteBuf in = received;
            if (in == null || !in.isReadable()) {
                return;
            }
            if (stage == Stage.PLAIN && in.getByte(in.readerIndex()) == TLS_HANDSHAKE) {
                onDirectTls(ctx);
                return;
            }
            FirstPacket packet = FirstPacketReader.read(in);
            if (packet == null) {
                return;
            }
            switch (packet) {
                case SslRequest _ when parts.tls() == null -> refuseTls(ctx);
                case SslRequest _ -> {
                    onSslRequest(ctx, in);
                    return;
                }
                case GssEncRequest _ -> onGssEncRequest(ctx);
                case CancelRequest cancel -> onCancelRequest(ctx, cancel);
                case StartupMessage startup -> onStartup(ctx, startup);
            }
        }
    }

    private void onDirectTls(ChannelHandlerContext ctx) {
        if (parts.tls() == null) {
            // the client could not read why
            stage = Stage.DONE;
            ctx.close();
            return;
        }
        directTls = true;
        startTls(ctx);
    }

    /** The client may go on in plain text, or ask for another encryption, once. */
    private void refuseTls(ChannelHandlerContext ctx) {
        requireFirst(!tlsRefused);
        tlsRefused = true;
        ctx.writeAndFlush(ctx.alloc().buffer(1).writeByte('N'));
    }

    private static void requireFirst(boolean first) {
        if (!first) {
            throw WireException.protocolViolation(
                    "TLS was requested twice", "Check the client: this is a defect in it.");
        }
    }

    private void onSslRequest(ChannelHandlerContext ctx, ByteBuf rest) {
        requireFirst(stage == Stage.PLAIN);
        if (rest.isReadable() && rest.getByte(rest.readerIndex()) != TLS_HANDSHAKE) {
            LOG.atWarn()
                    .addKeyValue("client", ClientAddress.of(ctx.channel()))
                    .log("plain bytes behind the SSLRequest");
            stage = Stage.DONE;
            ctx.close();
            return;
        }
        ctx.writeAndFlush(ctx.alloc().buffer(1).writeByte('S'));
        startTls(ctx);
    }

    private void startTls(ChannelHandlerContext ctx) {
        stage = Stage.TLS_STARTING;
        TlsContexts tls = Objects.requireNonNull(parts.tls());
        ctx.pipeline()
                .addFirst(
                        HandlerNames.TLS,
                        new SniHandler(
                                (host, promise) -> promise.setSuccess(tls.map(host)),
                                MAX_CLIENT_HELLO_BYTES,
                                parts.settings().tlsTimeout().toMillis()));
        ByteBuf hello = received;
        received = null;
        if (hello != null) {
            if (hello.isReadable()) {
                ctx.pipeline().fireChannelRead(hello);
            } else {
                hello.release();
            }
        }
    }

    private void onHandshake(ChannelHandlerContext ctx, SslHandshakeCompletionEvent handshake) {
        if (stage != Stage.TLS_STARTING) {
            return;
        }
        parts.login()
                .session()
                .observer()
                .onTlsHandshake(
                        handshake.isSuccess()
                                ? ctx.pipeline()
                                        .get(SslHandler.class)
                                        .engine()
                                        .getSession()
                                        .getProtocol()
                                : null);
        if (!handshake.isSuccess()) {
            stage = Stage.DONE;
            deadline.clear();
            ctx.close();
            return;
        }
        if (directTls
                && !TlsContexts.ALPN.equals(
                        ctx.pipeline().get(SslHandler.class).applicationProtocol())) {
            stage = Stage.SECURE;
            refuse(ctx, Refusals.violation(noAlpn()));
            return;
        }
        stage = Stage.SECURE;
        setLoginDeadline(ctx, () -> refuse(ctx, Refusals.loginTimeout()));
    }

    private void onGssEncRequest(ChannelHandlerContext ctx) {
        if (gssRefused || stage != Stage.PLAIN) {
            throw WireException.protocolViolation(
                    "GSSAPI encryption was requested where it cannot be",
                    "Check the client: this is a defect in it.");
        }
        gssRefused = true;
        ctx.writeAndFlush(ctx.alloc().buffer(1).writeByte('N'));
    }

    private void onCancelRequest(ChannelHandlerContext ctx, CancelRequest cancel) {
        stage = Stage.DONE;
        deadline.clear();
        parts.login().session().observer().onCancelRequest();
        parts.login().session().cancelKeys().cancel(cancel);
        ctx.close();
    }

    private void onStartup(ChannelHandlerContext ctx, StartupMessage startup) {
        if (admission instanceof Admission.Refused(Refusal refusal, _)) {
            refuse(ctx, refusal);
            return;
        }
        if (stage == Stage.PLAIN && parts.settings().tlsRequired()) {
            refuse(ctx, Refusals.tlsRequired());
            return;
        }
        ClientTls tls = stage == Stage.SECURE ? clientTls(ctx) : ClientTls.none();
        stage = Stage.DONE;
        LoginHandler login =
                new LoginHandler(parts.login(), startup, tls, deadline, ctx.alloc().buffer());
        setLoginDeadline(ctx, () -> login.onDeadline(ctx));
        ctx.pipeline().addLast(HandlerNames.LOGIN, login);
        ByteBuf rest = received;
        received = null;
        if (rest != null) {
            if (rest.isReadable()) {
                ctx.fireChannelRead(rest);
            } else {
                rest.release();
            }
        }
        if (!ctx.isRemoved()) {
            ctx.pipeline().remove(this);
        }
    }

    private void setLoginDeadline(ChannelHandlerContext ctx, Runnable onPassed) {
        deadline.set(ctx, parts.settings().loginTimeout(), onPassed);
    }

    private void onTlsDeadline(ChannelHandlerContext ctx) {
        // before TLS is up, the client could not read an error
        LOG.atDebug()
                .addKeyValue("client", ClientAddress.of(ctx.channel()))
                .log("no TLS handshake in time");
        stage = Stage.DONE;
        ctx.close();
    }

    private void refuse(ChannelHandlerContext ctx, Refusal refusal) {
        stage = Stage.DONE;
        deadline.clear();
        observeRefused(ctx, refusal);
        Farewell.say(ctx.channel(), refusal.error());
    }

    private void observeRefused(ChannelHandlerContext ctx, Refusal refusal) {
        parts.login()
                .session()
                .observer()
                .onRefused(RefusedClient.at(ClientAddress.of(ctx.channel())), refusal);
    }

    private void add(ChannelHandlerContext ctx, ByteBuf bytes) {
        ByteBuf earlier = received;
        if (earlier == null) {
            received = bytes;
            return;
        }
        // a few bytes of one packet: the reader refuses anything large as soon as it sees its
        // length
        ByteBuf both = ctx.alloc().buffer(earlier.readableBytes() + bytes.readableBytes());
        received = both.writeBytes(earlier).writeBytes(bytes);
        earlier.release();
        bytes.release();
    }

    private void release() {
        if (received != null) {
            received.release();
            received = null;
        }
    }

    private ClientTls clientTls(ChannelHandlerContext ctx) {
        SSLSession session = ctx.pipeline().get(SslHandler.class).engine().getSession();
        Certificate[] own = session.getLocalCertificates();
        ChannelBinding binding =
                own != null && own.length > 0 && own[0] instanceof X509Certificate certificate
                        ? ChannelBinding.tlsServerEndPoint(certificate)
                        : ChannelBinding.none();
        ClientCertificates policy =
                Objects.requireNonNull(parts.tls()).clientCertificatesFor(sniHost);
        return policy == null
                ? new ClientTls(sniHost, binding, null, false)
                : new ClientTls(sniHost, binding, clientCertificate(session), policy.required());
    }

    private static @Nullable X509Certificate clientCertificate(SSLSession session) {
        try {
            Certificate[] shown = session.getPeerCertificates();
            return shown.length > 0 && shown[0] instanceof X509Certificate certificate
                    ? certificate
                    : null;
        } catch (SSLPeerUnverifiedException e) {
            // the client has none
            return null;
        }
    }

    private static WireException noAlpn() {
        return WireException.protocolViolation(
                "received direct TLS connection without ALPN protocol \"" + TlsContexts.ALPN + "\"",
                "Use a client that negotiates it, or sslnegotiation=postgres.");
    }
}
