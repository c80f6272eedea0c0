package dev.culvert.agent.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.culvert.agent.config.ConfigException;
import dev.culvert.agent.config.ConfigFollower;
import dev.culvert.agent.config.ConfigReader;
import dev.culvert.agent.config.RelayConfig;
import dev.culvert.agent.config.Values;
import dev.culvert.certs.reload.CertificateReloader;
import dev.culvert.front.observe.AuditLog;
import dev.culvert.relay.Relay;
import dev.culvert.relay.trace.SessionTraces;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code culvert relay}: a relay. SIGTERM and SIGINT drain it; {@link RunningRelay#drain} says with
 * which exit code it ends then.
 */
@Command(
        name = "relay",
        mixinStandardHelpOptions = true,
        modelTransformer = SettingFlags.class,
        description = "Runs a relay, until SIGTERM drains it.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:After SIGTERM: everybody had moved or ended in time.",
            "1:It failed.",
            "2:A configuration or options that make no sense.",
            "3:After SIGTERM: the deadline cut something off."
        },
        footer = {
            "",
            "Examples:",
            "  culvert relay",
            "      on this machine, with a certificate of the development CA",
            "  culvert relay --domain db.example --bind 0.0.0.0 --cert chain.pem --key key.pem",
            "      for others, with a certificate for *.db.example",
            "  culvert relay --config relay.yaml"
        })
final class RelayCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(RelayCommand.class);

    /** How often files are looked at: certificates, and the configuration. */
    private static final Duration LOOK_EVERY = CertificateReloader.DEFAULT_INTERVAL;

    private static final JsonMapper JSON = new JsonMapper();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            defaultValue = "${env:" + ConfigReader.FILE_VARIABLE + "}",
            description =
                    "Configuration in YAML. Environment variables count more, and flags most; see"
                            + " docs/configuration.md.")
    private @Nullable Path configFile;

    @Option(
            names = "--check-config",
            description = "Say whether the configuration makes sense, and start nothing.")
    private boolean checkConfig;

    @Option(
            names = "--print-config",
            description =
                    "Print the configuration with where each value is from, and start nothing.")
    private boolean printConfig;

    @Option(names = "--json", description = "Print one line of JSON when the relay is ready.")
    private boolean json;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        RelayConfig config;
        try {
            Values values = SettingFlags.read(spec, configFile, System.getenv());
            config = RelayConfig.of(values, System.getenv());
            if (checkConfig) {
                config.loadCertificates();
            }
        } catch (ConfigException e) {
            return Failures.explain(e, spec);
        }
        if (checkConfig || printConfig) {
            PrintWriter out = spec.commandLine().getOut();
            out.print(printConfig ? config.values().text() : "The configuration makes sense.\n");
            out.flush();
            return 0;
        }
        try {
            Logging.apply(config.log());
        } catch (ConfigException e) {
            return Failures.explain(e, spec);
        }
        if (config.isOpenToStrangers()) {
            LOG.atWarn()
                    .log(
                            "anybody who reaches this relay may open tunnels; give it tokens"
                                    + " (docs/access.md)");
        }
        Optional<Tracing> tracing = config.tracing().map(Tracing::start);
        ConfigFollower follower =
                new ConfigFollower(
                        config.values(),
                        () -> SettingFlags.read(spec, configFile, System.getenv()),
                        System.getenv());
        RunningRelay started;
        try {
            started =
                    RunningRelay.start(
                            config.settings(),
                            config.certificates(),
                            LOOK_EVERY,
                            new SessionTraces(new AuditLog()),
                            follower::lines);
        } catch (RuntimeException e) {
            Logging.stop();
            throw e;
        }
        ConfigReload.start(
                follower,
                changed -> {
                    Logging.apply(changed.log());
                    started.relay().reconfigure(changed.relay());
                },
                started::checkCertificates,
                started.watch(),
                LOOK_EVERY);
        // the process ends with the hook: only by halting there can it have a say in the exit code
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    int exitCode = started.drain(follower.current().drainMessage());
                                    tracing.ifPresent(Tracing::close);
                                    Logging.stop();
                                    Runtime.getRuntime().halt(exitCode);
                                },
                                "drain"));
        print(started);
        // until a signal ends the process
        new CountDownLatch(1).await();
        return 0;
    }

    private void print(RunningRelay started) throws Exception {
        Relay relay = started.relay();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            ObjectNode event =
                    JSON.createObjectNode()
                            .put("event", "ready")
                            .put("domain", relay.domain())
                            .put("postgresPort", relay.postgresPort())
                            .put("httpsPort", relay.httpsPort());
            relay.adminPort().ifPresent(port -> event.put("adminPort", port));
            started.caFile().ifPresent(caFile -> event.put("caFile", caFile.toString()));
            out.println(JSON.writeValueAsString(event));
        } else {
            out.println(
                    "Postgres clients connect to *." + relay.domain() + ":" + relay.postgresPort());
            out.println("Agents connect to wss://localhost:" + relay.httpsPort());
            out.println("The page is https://localhost:" + relay.httpsPort() + "/");
            relay.adminPort().ifPresent(port -> out.println("Operators connect to port " + port));
            started.caFile().ifPresent(caFile -> out.println("The CA to trust is " + caFile));
        }
        out.flush();
    }
}
