package dev.culvert.front.listen;

import dev.culvert.front.login.ClientAddress;
import dev.culvert.front.login.Deadline;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.front.observe.RefusedClient;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.front.refuse.Refusals;
import dev.culvert.front.session.Farewell;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the PROXY protocol's header, if there is one, and leaves the pipeline.
 *
 * <pre>
 *   connected ─▶ Waiting ── first byte: a header ──▶ Header ── read ──▶ gone
 *                   └────── first byte: the client's own ───────────────▶
 * </pre>
 *
 * <p>The first byte tells: a header begins with {@code P} (version 1) or CR (version 2), TLS with
 * 0x16, and every other first packet of Postgres with 0, the first byte of its length.
 *
 * <p>The handlers behind learn that the connection is active when the client's address is known:
 * for a peer that is no trusted proxy at once, for others when the header is read.
 *
 * <p>Source: haproxy.org, "The PROXY protocol", versions 1 and 2.
 */
final class ProxyHeaderHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyHeaderHandler.class);

    private static final byte V1_FIRST = 'P';
    private static final byte V2_FIRST = 0x0D;

    /** Room for what cloud load balancers add (TLVs): a few hundred bytes. */
    private static final int MAX_TLV_BYTES = 4_096;

    private final ProxyProtocol settings;
    private final FrontObserver observer;
    private final Deadline deadline = new Deadline();
    private boolean trusted;
    private boolean inHeader;
    private boolean over;

    ProxyHeaderHandler(ProxyProtocol settings, FrontObserver observer) {
        this.settings = settings;
        this.observer = observer;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        InetSocketAddress peer = (InetSocketAddress) ctx.channel().remoteAddress();
        trusted = settings.trusts(peer.getAddress());
        if (trusted) {
            deadline.set(ctx, settings.timeout(), () -> onLate(ctx));
        } else if (settings.mode() == ProxyProtocol.Mode.REQUIRED) {
            over = true;
            Refusal refusal = Refusals.proxyNotTrusted();
            observer.onRefused(RefusedClient.at(peer), refusal);
            Farewell.say(ctx.channel(), refusal.error());
        } else {
            ctx.fireChannelActive();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        deadline.clear();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (over) {
            ReferenceCountUtil.release(message);
        } else if (message instanceof HAProxyMessage header) {
            onHeader(ctx, header);
        } else {
            onFirstBytes(ctx, (ByteBuf) message);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        violation(ctx, "the PROXY protocol header is malformed");
    }

    private void onFirstBytes(ChannelHandlerContext ctx, ByteBuf bytes) {
        if (!bytes.isReadable()) {
            bytes.release();
            return;
        }
        byte first = bytes.getByte(bytes.readerIndex());
        if (first == V1_FIRST || first == V2_FIRST) {
            if (!trusted) {
                bytes.release();
                violation(ctx, "a PROXY protocol header from a peer that is not trusted");
                return;
            }
            inHeader = true;
            ctx.pipeline()
                    .addBefore(
                            ctx.name(),
                            HandlerNames.PROXY_DECODER,
                            new HAProxyMessageDecoder(MAX_TLV_BYTES, true));
            // from the head again, so that the decoder, now in front of this handler, gets them
            ctx.pipeline().fireChannelRead(bytes);
            return;
        }
        if (settings.mode() == ProxyProtocol.Mode.REQUIRED) {
            bytes.release();
            violation(ctx, "the PROXY protocol header is missing");
            return;
        }
        if (trusted) {
            ctx.fireChannelActive();
        }
        ctx.fireChannelRead(bytes);
        ctx.pipeline().remove(this);
    }

    private void onHeader(ChannelHandlerContext ctx, HAProxyMessage header) {
        try {
            // LOCAL: the proxy's own health check. UNKNOWN, a Unix socket: it cannot tell. In both
            // cases the client is the proxy.
            if (header.command() == HAProxyCommand.PROXY && isTcp(header.proxiedProtocol())) {
                ClientAddress.set(
                        ctx.channel(),
                        new InetSocketAddress(
                                InetAddress.ofLiteral(header.sourceAddress()),
                                header.sourcePort()));
            }
        } catch (IllegalArgumentException e) {
            violation(ctx, "the PROXY protocol header has no address");
            return;
        } finally {
            header.release();
        }
        ctx.fireChannelActive();
        ctx.pipeline().remove(this);
    }

    private void onLate(ChannelHandlerContext ctx) {
        violation(
                ctx,
                inHeader
                        ? "the PROXY protocol header did not end in time"
                        : "nothing came from the proxy in time");
    }

    /** Ends the connection without a word: what is at the other end is a proxy, not a client. */
    private void violation(ChannelHandlerContext ctx, String what) {
        if (over) {
            return;
        }
        over = true;
        deadline.clear();
        LOG.atWarn().addKeyValue("peer", ctx.channel().remoteAddress()).log(what);
        observer.onRefused(
                RefusedClient.at(ctx.channel().remoteAddress()), Refusals.proxyProtocol(what));
        ctx.close();
    }

    private static boolean isTcp(HAProxyProxiedProtocol protocol) {
        return protocol == HAProxyProxiedProtocol.TCP4 || protocol == HAProxyProxiedProtocol.TCP6;
    }
}
