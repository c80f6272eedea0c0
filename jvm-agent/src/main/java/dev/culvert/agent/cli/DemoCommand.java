package dev.culvert.agent.cli;

import dev.culvert.agent.Share;
import dev.culvert.agent.ShareOptions;
import dev.culvert.agent.SharingMode;
import dev.culvert.agent.config.ConfigException;
import dev.culvert.agent.config.RelayConfig;
import dev.culvert.agent.dial.ClosedReason;
import dev.culvert.certs.reload.CertificateReloader;
import dev.culvert.front.backend.Credentials;
import dev.culvert.pglite.PGlite;
import dev.culvert.relay.Relay;
import dev.culvert.server.BackendSettings;
import dev.culvert.server.PGliteBackend;
import io.vertx.core.buffer.Buffer;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code culvert demo}: a relay, an agent and an empty in-memory PGlite in one process. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        modelTransformer = SettingFlags.class,
        description = {
            "Starts a relay and shares an empty in-memory PGlite through it, all in this process."
        },
        footer = {
            "",
            "Examples:",
            "  culvert demo",
            "      on port 5432 and 8443, or the next free ones",
            "  culvert demo --mode queue --postgres-port 15432",
            "      several clients take turns"
        })
final class DemoCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(DemoCommand.class);
    private static final long STOP_SECONDS = 10;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            defaultValue = "exclusive",
            description = {
                "What becomes of a second client (${DEFAULT-VALUE}): exclusive, it is refused;"
                        + " queue, it waits for its turn."
            })
    private SharingMode mode = SharingMode.EXCLUSIVE;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        RelayConfig config;
        try {
            // only what was asked for here: a demo is no service
            config = RelayConfig.of(SettingFlags.read(spec, null, Map.of()), System.getenv());
        } catch (ConfigException e) {
            return Failures.explain(e, spec);
        }
        PrintWriter out = spec.commandLine().getOut();
        // takes about as long as the relay
        CompletableFuture<PGlite> opening = CompletableFuture.supplyAsync(PGlite::inMemory);
        // clients on this machine can be shown what to trust only if it is the development CA's
        RunningRelay started =
                RunningRelay.start(
                        config.settings(),
                        List.of(),
                        CertificateReloader.DEFAULT_INTERVAL,
                        new ConsoleObserver(out));
        PGlite database = opening.join();
        CompletableFuture<ClosedReason> stopped = new CompletableFuture<>();
        PGliteBackend backend =
                new PGliteBackend(
                        database, BackendSettings.of(Credentials.of(Map.of(), List.of())));
        Path caFile = started.caFile().orElseThrow();
        Share share =
                dev.culvert.agent.Culvert.share(
                                backend,
                                ShareOptions.through(
                                                URI.create(
                                                        "wss://localhost:"
                                                                + started.relay().httpsPort()))
                                        .trusting(Buffer.buffer(Files.readAllBytes(caFile)))
                                        .mode(mode))
                        .await();
        share.closed().onSuccess(stopped::complete);
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    stop(share);
                                    backend.close();
                                    started.close();
                                    database.close();
                                },
                                "stop-demo"));
        print(out, share, started.relay(), caFile);
        ClosedReason reason = stopped.join();
        out.println("Sharing has ended: " + reason);
        out.flush();
        return 1;
    }

    private static void stop(Share share) {
        try {
            share.stop().await(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | RuntimeException e) {
            LOG.atWarn().setCause(e).log("the agent did not stop in time");
        }
    }

    private static void print(PrintWriter out, Share share, Relay relay, Path caFile) {
        ConnectionLines lines =
                new ConnectionLines(
                        share.name(),
                        share.host(),
                        ConnectionLines.resolves(share.host()),
                        share.port(),
                        share.user(),
                        share.password(),
                        caFile);
        synchronized (out) {
            out.println("An empty PGlite is shared as " + share.host() + ". Connect to it with");
            out.println();
            out.println("  URL   " + lines.url());
            out.println("  JDBC  " + lines.jdbc());
            out.println("  page  https://localhost:" + relay.httpsPort() + "/");
            out.println("  psql  " + lines.psql());
            out.println();
            out.println("Ctrl-C stops everything.");
            out.flush();
        }
    }
}
