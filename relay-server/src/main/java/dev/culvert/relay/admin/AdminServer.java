package dev.culvert.relay.admin;

import dev.culvert.relay.config.AdminSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.util.function.Supplier;

/**
 * The admin port, in plain HTTP: {@code /livez}, {@code /readyz}, {@code /startupz}, {@code
 * /metrics}, and under {@code /api/v1} tunnels and sessions as JSON; docs/observability.md.
 */
public final class AdminServer {
    private final HttpServer server;

    private AdminServer(HttpServer server) {
        this.server = server;
    }

    /**
     * Starts listening; fails when the port is taken.
     *
     * @param metrics in Prometheus' text format; may take its time, on a worker thread
     */
    public static Future<AdminServer> listen(
            Vertx vertx,
            AdminSettings.Http settings,
            Supplier<String> metrics,
            Operations operations) {
        AdminApi api = new AdminApi(vertx, settings.token(), metrics, operations);
        return vertx.createHttpServer(
                        new HttpServerOptions()
                                .setHost(settings.host())
                                .setPort(settings.port())
                                .setIdleTimeout(60))
                .requestHandler(api.router())
                .listen()
                .map(AdminServer::new);
    }

    /** The port that it listens on. */
    public int port() {
        return server.actualPort();
    }

    /** Stops listening, and closes what is connected. */
    public Future<Void> close() {
        return server.close();
    }
}
