package dev.culvert.agent.cli;

import dev.culvert.agent.check.Finding;
import dev.culvert.agent.check.RelayCheck;
import dev.culvert.agent.check.RelayUrl;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code culvert check}: whether a relay can be reached from here, and what is in the way if not.
 */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        defaultValueProvider = OptionDefaults.class,
        description = {
            "Connects to a relay as an agent does, step by step, and says what works: proxy, DNS, TCP,"
                    + " TLS, WebSocket, latency."
        },
        footer = {
            "",
            "Exit code: 0 when everything works, 1 when something does not.",
            "",
            "Examples:",
            "  culvert check wss://relay.example",
            "  culvert check wss://localhost:8443 --ca ~/.culvert/ca.pem"
        })
final class CheckCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RELAY_URL", description = "The relay's address, wss://HOST[:PORT].")
    private String relay = "";

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "Trusts the certificates in this file, and not Java's own.")
    private @Nullable Path caFile;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long each step may take (${DEFAULT-VALUE}).")
    private int timeoutSeconds = 10;

    @SuppressWarnings("UnusedVariable") // read by OptionDefaults
    @Option(
            names = OptionDefaults.CONFIG,
            paramLabel = "FILE",
            description = {
                "YAML file with options. They may also stand in the environment: --ca as CULVERT_CA."
            })
    private @Nullable Path config;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        RelayUrl url;
        try {
            url = RelayUrl.parse(relay);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        PrintWriter out = spec.commandLine().getOut();
        Map<String, String> environment = System.getenv();
        boolean good =
                new RelayCheck(url, caFile, Duration.ofSeconds(timeoutSeconds), environment)
                        .run(finding -> print(out, finding));
        out.println(
                good
                        ? "Agents on this machine can use this relay."
                        : "This relay cannot be used from here.");
        out.flush();
        return good ? 0 : 1;
    }

    private static void print(PrintWriter out, Finding finding) {
        out.printf("%-4s  %-10s %s%n", finding.verdict().word(), finding.what(), finding.text());
        finding.advice().ifPresent(advice -> out.printf("                 %s%n", advice));
        out.flush();
    }
}
