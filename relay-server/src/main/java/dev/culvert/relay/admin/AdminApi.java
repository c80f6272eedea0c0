package dev.culvert.relay.admin;

import dev.culvert.front.session.LiveSession;
import dev.culvert.relay.tunnel.LiveTunnel;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Answers the requests to the admin port. */
final class AdminApi {
    private static final String API = "/api/v1/";
    private static final String BEARER = "Bearer ";
    private static final int MAX_PAGE = 1_000;
    private static final int USUAL_PAGE = 100;
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final Vertx vertx;
    private final byte @Nullable [] tokenHash;
    private final Supplier<String> metrics;
    private final Operations operations;

    AdminApi(Vertx vertx, Optional<String> token, Supplier<String> metrics, Operations operations) {
        this.vertx = vertx;
        this.tokenHash = token.map(AdminApi::hash).orElse(null);
        this.metrics = metrics;
        this.operations = operations;
    }

    Router router() {
        Router router = Router.router(vertx);
        router.route()
                .handler(context -> {
                    context.response()
                            .putHeader("Cache-Control", "no-store")
                            .putHeader("X-Content-Type-Options", "nosniff");
                    context.next();
                });
        // the event loop answers, and the listeners are there before this one
        router.get("/livez").handler(context -> context.end("alive\n"));
        router.get("/startupz").handler(context -> context.end("started\n"));
        router.get("/readyz").handler(this::ready);
        router.get("/metrics").handler(this::authorize).handler(this::scrape);
        if (tokenHash != null) {
            router.route(API + "*").handler(this::authorize);
            router.post(API + "drain").handler(onRelay(Operations::drain));
            router.post(API + "resume").handler(onRelay(Operations::resume));
            router.get(API + "tunnels").handler(this::tunnels);
            router.get(API + "sessions").handler(this::sessions);
            router.get(API + "tunnels/:name").handler(onTunnel((_, _) -> {}));
            router.post(API + "tunnels/:name/drain").handler(onTunnel(Operations::drain));
            router.post(API + "tunnels/:name/close").handler(onTunnel(Operations::close));
            router.get(API + "sessions/:id").handler(onSession((_, _) -> {}));
            router.post(API + "sessions/:id/drain").handler(onSession(Operations::drain));
            router.post(API + "sessions/:id/close").handler(onSession(Operations::close));
        }
        router.route().last().handler(context -> refuse(context, 404, "there is nothing here"));
        return router;
    }

    private void ready(RoutingContext context) {
        context.response()
                .setStatusCode(operations.health().getAsBoolean() ? 200 : 503)
                .end(operations.health().word() + "\n");
    }

    private void authorize(RoutingContext context) {
        String given = context.request().getHeader("Authorization");
        boolean may =
                tokenHash == null
                        || (given != null
                                && given.startsWith(BEARER)
                                && MessageDigest.isEqual(
                                        tokenHash, hash(given.substring(BEARER.length()))));
        if (may) {
            context.next();
        } else {
            context.response().putHeader("WWW-Authenticate", "Bearer");
            refuse(context, 401, "Authorization: Bearer TOKEN is missing or not accepted");
        }
    }

    private void scrape(RoutingContext context) {
        vertx.executeBlocking(metrics::get, false)
                .onSuccess(
                        text -> context.response().putHeader("Content-Type", PROMETHEUS).end(text))
                .onFailure(context::fail);
    }

    private void tunnels(RoutingContext context) {
        page(
                context,
                "tunnels",
                (after, limit) ->
                        AdminJson.page(
                                "tunnels",
                                operations.tunnels(),
                                view -> view.tunnel().name(),
                                after,
                                limit,
                                AdminJson::tunnel));
    }

    private void sessions(RoutingContext context) {
        page(
                context,
                "sessions",
                (after, limit) ->
                        AdminJson.page(
                                "sessions",
                                operations.sessions(),
                                session -> session.info().id(),
                                after,
                                limit,
                                AdminJson::session));
    }

    private interface Pager {
        JsonObject page(String after, int limit);
    }

    /** Sorting many is no work for an event loop. */
    private void page(RoutingContext context, String what, Pager pager) {
        String after = context.request().getParam("after", "");
        int limit;
        try {
            limit = Integer.parseInt(context.request().getParam("limit", "" + USUAL_PAGE));
        } catch (NumberFormatException e) {
            limit = 0;
        }
        if (limit < 1 || limit > MAX_PAGE) {
            refuse(context, 400, "limit is not from 1 to " + MAX_PAGE + ", for " + what);
            return;
        }
        int size = limit;
        vertx.executeBlocking(() -> pager.page(after, size), false)
                .onSuccess(context::json)
                .onFailure(context::fail);
    }

    private Handler<RoutingContext> onRelay(Consumer<Operations> action) {
        return context -> {
            action.accept(operations);
            context.json(new JsonObject().put("state", operations.health().word()));
        };
    }

    private Handler<RoutingContext> onTunnel(BiConsumer<Operations, LiveTunnel> action) {
        return context ->
                on(
                        context,
                        operations.tunnel(context.pathParam("name")),
                        action,
                        tunnel -> AdminJson.tunnel(operations.view(tunnel)));
    }

    private Handler<RoutingContext> onSession(BiConsumer<Operations, LiveSession> action) {
        return context ->
                on(
                        context,
                        operations.session(context.pathParam("id")),
                        action,
                        AdminJson::session);
    }

    private <T> void on(
            RoutingContext context,
            Optional<T> found,
            BiConsumer<Operations, T> action,
            Function<T, JsonObject> json) {
        if (found.isEmpty()) {
            refuse(context, 404, "there is none of that name");
            return;
        }
        JsonObject answer = json.apply(found.get());
        action.accept(operations, found.get());
        context.json(answer);
    }

    private static void refuse(RoutingContext context, int status, String why) {
        context.response().setStatusCode(status);
        context.json(new JsonObject().put("error", why));
    }

    /** Digests are of the same length, so that comparing them tells nothing. */
    private static byte[] hash(String token) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
