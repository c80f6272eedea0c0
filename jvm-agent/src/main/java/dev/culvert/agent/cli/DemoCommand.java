package dev.culvert.agent.cli;

import dev.culvert.agent.config.ConfigException;
import dev.culvert.agent.config.RelayConfig;
import dev.culvert.agent.node.NodeAgent;
import dev.culvert.agent.node.NodeAgent.Shared;
import dev.culvert.certs.reload.CertificateReloader;
import dev.culvert.relay.Relay;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code culvert demo}: a relay and an empty in-memory PGlite, ready for psql. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        modelTransformer = SettingFlags.class,
        description = "Starts a relay and shares an empty in-memory PGlite through it.")
final class DemoCommand implements Callable<Integer> {
    @Option(
            names = "--agent",
            paramLabel = "FILE",
            required = true,
            defaultValue = "${sys:culvert.agent}",
            description = "The Node agent's program; the launcher sets it.",
            hidden = true)
    private Path agentProgram = Path.of("");

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
        // clients on this machine can be shown what to trust only if it is the development CA's
        RunningRelay started =
                RunningRelay.start(
                        config.settings(),
                        List.of(),
                        CertificateReloader.DEFAULT_INTERVAL,
                        new ConsoleObserver(out));
        Path caFile = started.caFile().orElseThrow();
        Runtime.getRuntime().addShutdownHook(new Thread(started::close, "stop-relay"));
        Relay relay = started.relay();
        NodeAgent agent =
                NodeAgent.start(agentProgram, "wss://localhost:" + relay.httpsPort(), caFile);
        Runtime.getRuntime().addShutdownHook(new Thread(agent::close, "stop-agent"));
        print(out, agent.shared(), started.relay(), caFile);
        int exitCode = agent.awaitEnd();
        out.println("The agent has ended.");
        out.flush();
        return exitCode;
    }

    private static void print(PrintWriter out, Shared shared, Relay relay, Path caFile) {
        ConnectionLines lines =
                new ConnectionLines(
                        shared.name(),
                        shared.host(),
                        ConnectionLines.resolves(shared.host()),
                        shared.port(),
                        shared.user(),
                        shared.password(),
                        caFile);
        synchronized (out) {
            out.println("An empty PGlite is shared as " + shared.host() + ". Connect to it with");
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
