package dev.culvert.agent.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.culvert.certs.reload.CertificateReloader;
import dev.culvert.relay.Relay;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
        description = "Runs a relay, until SIGTERM drains it.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:After SIGTERM: everybody had moved or ended in time.",
            "1:It failed.",
            "2:Options that make no sense.",
            "3:After SIGTERM: the deadline cut something off."
        })
final class RelayCommand implements Callable<Integer> {
    private static final JsonMapper JSON = new JsonMapper();

    @Mixin private RelayOptions options = new RelayOptions();

    @Mixin private DrainOptions drain = new DrainOptions();

    @Option(names = "--json", description = "Print one line of JSON when the relay is ready.")
    private boolean json;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        RunningRelay started =
                RunningRelay.start(
                        options.settings().withDrain(drain.settings()),
                        options.certificates(),
                        CertificateReloader.DEFAULT_INTERVAL,
                        new LoggingObserver());
        // the process ends with the hook: only by halting there can it have a say in the exit code
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> Runtime.getRuntime().halt(started.drain(drain.message())),
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
            started.caFile().ifPresent(caFile -> event.put("caFile", caFile.toString()));
            out.println(JSON.writeValueAsString(event));
        } else {
            out.println(
                    "Postgres clients connect to *." + relay.domain() + ":" + relay.postgresPort());
            out.println("Agents connect to wss://localhost:" + relay.httpsPort());
            out.println("The page is https://localhost:" + relay.httpsPort() + "/");
            started.caFile().ifPresent(caFile -> out.println("The CA to trust is " + caFile));
        }
        out.flush();
    }
}
