package dev.culvert.relay.tunnel;

import dev.culvert.front.refuse.Refusals;
import dev.culvert.relay.config.DrainSettings;
import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.relay.policy.Access;
import dev.culvert.tunnel.frame.CloseCode;
import dev.culvert.tunnel.frame.Frame;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where agents dial in: upgrades to a WebSocket, whose frames an {@link AgentConnection} takes. */
public final class TunnelEndpoint implements Handler<HttpServerRequest> {
    /** The path of the endpoint. */
    public static final String PATH = "/tunnel";

    private static final String BEARER = "bearer ";

    private volatile TunnelSettings settings;
    private volatile DrainSettings drain;
    private final Access access;
    private final TunnelRegistry registry;
    private final TunnelAdmission admission;
    private final TunnelReception reception;

    /**
     * An endpoint.
     *
     * @param access who may open a tunnel
     * @param domain under which the tunnels get their host names
     * @param relay program and version, for the agents' logs
     */
    public TunnelEndpoint(
            TunnelSettings settings,
            DrainSettings drain,
            Access access,
            TunnelRegistry registry,
            String domain,
            String relay) {
        this.settings = settings;
        this.drain = drain;
        this.access = access;
        this.registry = registry;
        this.admission = new TunnelAdmission(() -> this.settings, access, domain, relay);
        this.reception = new TunnelReception(admission, access, registry);
    }

    /** Tells which port clients connect to. Before the first agent comes. */
    public void setPostgresPort(int port) {
        admission.setPostgresPort(port);
    }

    /**
     * Takes other settings, for agents that come from now on; how long names are reserved stays as
     * it is. Any thread.
     */
    public void replace(TunnelSettings other, DrainSettings otherDrain) {
        settings = other;
        drain = otherDrain;
    }

    /** The times of a drain that begins now. */
    public DrainSettings drainSettings() {
        return drain;
    }

    @Override
    public void handle(HttpServerRequest request) {
        if (!"websocket".equals(lower(request.getHeader(HttpHeaders.UPGRADE)))) {
            request.response()
                    .setStatusCode(426)
                    .putHeader(HttpHeaders.UPGRADE, "websocket")
                    .end("This is where Culvert agents connect, by WebSocket.\n");
            return;
        }
        if (!offersProtocol(request)) {
            request.response()
                    .setStatusCode(400)
                    .end("The WebSocket subprotocol must be " + Frame.SUBPROTOCOL + ".\n");
            return;
        }
        if (!access.admitsOrigin(request.getHeader(HttpHeaderNames.ORIGIN))) {
            request.response()
                    .setStatusCode(403)
                    .end("Pages of this origin may open no tunnels at this relay.\n");
            return;
        }
        if (request.query() != null) {
            // whoever puts a token there shows it to every log on the way
            request.response()
                    .setStatusCode(400)
                    .end(
                            "A token goes into HELLO or the header Authorization, not into the"
                                    + " URL.\n");
            return;
        }
        String token = bearer(request.getHeader(HttpHeaders.AUTHORIZATION));
        request.toWebSocket().onSuccess(webSocket -> connect(webSocket, token));
    }

    /**
     * Turns new agents away, and asks those that are here to move to another relay. Their sessions
     * go on as long as they are not idle; PROTOCOL.md section 9.
     *
     * @param told what the agents' owners read
     * @return completes when no tunnel is left
     */
    public Future<Void> drain(DrainSettings times, String told) {
        Future<Void> emptied = registry.close();
        registry.drain(times, told, () -> true);
        return emptied;
    }

    /** Tunnels at this moment. */
    public int tunnels() {
        return registry.all().size();
    }

    /** Ends all tunnels and their sessions, since the relay stops. */
    public void shutDown() {
        registry.all().forEach(tunnel -> tunnel.shutDown(CloseCode.DRAINING, Refusals.draining()));
    }

    private static @Nullable String bearer(@Nullable String authorization) {
        return authorization != null
                        && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? authorization.substring(BEARER.length()).strip()
                : null;
    }

    /**
     * Takes the WebSocket out of Vert.x's hands. What Vert.x keeps of a WebSocket and of the
     * request that it began as is more than all the rest of an idle tunnel.
     */
    private void connect(ServerWebSocket webSocket, @Nullable String token) {
        ChannelHandlerContext vertxHandler =
                ((WebSocketInternal) webSocket).channelHandlerContext();
        ChannelPipeline pipeline = vertxHandler.pipeline();
        if (pipeline.get(ChunkedWriteHandler.class) != null) {
            pipeline.remove(ChunkedWriteHandler.class);
        }
        pipeline.replace(
                vertxHandler.name(), "tunnel", new AgentConnection(reception, settings, token));
    }

    private static boolean offersProtocol(HttpServerRequest request) {
        String offered = request.getHeader(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
        return offered != null
                && Arrays.stream(offered.split(",", -1))
                        .anyMatch(protocol -> protocol.strip().equals(Frame.SUBPROTOCOL));
    }

    private static String lower(@Nullable String text) {
        return text == null ? "" : text.toLowerCase(Locale.ROOT);
    }
}
