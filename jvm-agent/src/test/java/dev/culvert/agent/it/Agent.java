package dev.culvert.agent.it;

import dev.culvert.agent.Culvert;
import dev.culvert.agent.Share;
import dev.culvert.agent.ShareOptions;
import dev.culvert.agent.SharingMode;
import dev.culvert.agent.differential.RealPostgres;
import dev.culvert.agent.node.NodeAgent;
import dev.culvert.agent.upstream.UpstreamAddress;
import dev.culvert.agent.upstream.UpstreamBackend;
import dev.culvert.front.backend.Credentials;
import dev.culvert.pglite.PGlite;
import dev.culvert.server.BackendSettings;
import dev.culvert.server.PGliteBackend;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.awaitility.Awaitility;

/** An agent that shares an empty database. */
public interface Agent extends AutoCloseable {
    /** What clients dial and say. */
    record Shared(String host, String user, String password) {}

    /** The agents that there are; what holds of one holds of all. */
    enum Kind {
        /** The npm package, in a process of its own. */
        NODE {
            @Override
            Agent start(int httpsPort, Path caFile, SharingMode mode) throws IOException {
                return new OfNode(
                        NodeAgent.start(
                                SharedDatabase.nodeProgram(),
                                "wss://localhost:" + httpsPort,
                                caFile,
                                "--mode",
                                mode.name().toLowerCase(Locale.ROOT)));
            }
        },
        /** The Java library, in this process, with PGlite in the JVM. */
        JVM {
            @Override
            Agent start(int httpsPort, Path caFile, SharingMode mode) throws IOException {
                return OfJvm.start(httpsPort, caFile, mode);
            }
        },
        /** The same, with a PostgreSQL server behind it. */
        UPSTREAM {
            @Override
            Agent start(int httpsPort, Path caFile, SharingMode mode) throws IOException {
                return OfUpstream.start(httpsPort, caFile, mode);
            }
        };

        abstract Agent start(int httpsPort, Path caFile, SharingMode mode) throws IOException;
    }

    Shared shared();

    @Override
    void close();

    /** See {@link Kind#NODE}. */
    record OfNode(NodeAgent agent) implements Agent {
        @Override
        public Shared shared() {
            NodeAgent.Shared shared = agent.shared();
            return new Shared(shared.host(), shared.user(), shared.password());
        }

        @Override
        public void close() {
            agent.close();
        }
    }

    /** See {@link Kind#JVM}. */
    record OfJvm(PGlite database, PGliteBackend backend, Share share) implements Agent {
        static OfJvm start(int httpsPort, Path caFile, SharingMode mode) throws IOException {
            PGlite database = PGlite.inMemory();
            PGliteBackend backend =
                    new PGliteBackend(
                            database, BackendSettings.of(Credentials.of(Map.of(), List.of())));
            Share share = Culvert.share(backend, options(httpsPort, caFile, mode)).await();
            return new OfJvm(database, backend, share);
        }

        @Override
        public Shared shared() {
            return of(share);
        }

        @Override
        public void close() {
            share.stop().await();
            backend.close();
            database.close();
        }
    }

    /** See {@link Kind#UPSTREAM}. */
    record OfUpstream(RealPostgres server, Vertx vertx, UpstreamBackend backend, Share share)
            implements Agent {
        static OfUpstream start(int httpsPort, Path caFile, SharingMode mode) throws IOException {
            RealPostgres server;
            try {
                server = RealPostgres.start();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            Vertx vertx = Vertx.vertx();
            UpstreamBackend backend =
                    UpstreamBackend.toShare(
                            vertx,
                            UpstreamAddress.parse(
                                    "postgres://postgres@127.0.0.1:"
                                            + server.port()
                                            + "/postgres?sslmode=disable"));
            Awaitility.await().ignoreExceptions().until(() -> !backend.probe().await().isEmpty());
            Share share =
                    Culvert.share(backend, options(httpsPort, caFile, mode).on(vertx)).await();
            return new OfUpstream(server, vertx, backend, share);
        }

        @Override
        public Shared shared() {
            return of(share);
        }

        @Override
        public void close() {
            share.stop().await();
            backend.close();
            vertx.close().await();
            server.close();
        }
    }

    private static ShareOptions options(int httpsPort, Path caFile, SharingMode mode)
            throws IOException {
        return ShareOptions.through(URI.create("wss://localhost:" + httpsPort))
                .trusting(Buffer.buffer(Files.readAllBytes(caFile)))
                .mode(mode);
    }

    private static Shared of(Share share) {
        return new Shared(share.host(), share.user(), share.password());
    }
}
