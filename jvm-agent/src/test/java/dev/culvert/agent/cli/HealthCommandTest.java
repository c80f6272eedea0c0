package dev.culvert.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What a container engine learns from `culvert health`. */
class HealthCommandTest {
    private final AtomicInteger status = new AtomicInteger(200);
    private final StringWriter err = new StringWriter();
    private HttpServer server;

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/readyz",
                exchange -> {
                    exchange.sendResponseHeaders(status.get(), -1);
                    exchange.close();
                });
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
    }

    @Test
    void a_relay_that_is_ready_is_healthy() {
        assertThat(ask(server.getAddress().getPort())).isZero();
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void a_relay_that_drains_is_not() {
        status.set(503);

        assertThat(ask(server.getAddress().getPort())).isEqualTo(1);
        assertThat(err.toString()).contains("answered 503");
    }

    @Test
    void nor_one_that_does_not_listen() throws IOException {
        // bound, so that nobody else, this test's own client included, gets the port
        try (Socket bound = new Socket()) {
            bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

            assertThat(ask(bound.getLocalPort())).isEqualTo(1);
        }
        assertThat(err.toString()).contains("/readyz: ");
    }

    private int ask(int port) {
        return new CommandLine(new HealthCommand())
                .setErr(new PrintWriter(err, true))
                .execute("--url", "http://127.0.0.1:" + port + "/readyz");
    }
}
