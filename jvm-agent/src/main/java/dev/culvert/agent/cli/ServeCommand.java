package dev.culvert.agent.cli;

import dev.culvert.agent.serve.ConnectionUri;
import dev.culvert.agent.serve.LocalServer;
import dev.culvert.agent.serve.ServeSettings;
import dev.culvert.front.observe.AuditLog;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code culvert serve}: a PGlite as a Postgres server of this machine, without a relay. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        defaultValueProvider = OptionDefaults.class,
        description = {
            "Serves a PGlite to the Postgres clients of this machine, without a relay.",
            "One client at a time has the database; others wait for their turn."
        },
        footer = {
            "",
            "Examples:",
            "  culvert serve",
            "      an empty database in memory, on port 5432 or the next free one",
            "  culvert serve --db ./data --port 5433 --password secret",
            "      the database in a folder, which is made if it is missing",
            "  culvert serve --socket /tmp/pg",
            "      on the Unix socket in a folder, for this user: psql -h /tmp/pg -U postgres",
            "  culvert serve --run 'npm test'",
            "      a database for one command; ends with it, and with its exit code"
        })
final class ServeCommand implements Callable<Integer> {
    private static final int STOPPED = 4;

    @Option(
            names = "--db",
            paramLabel = "DIR",
            description = "Folder of the database; made if it is missing or empty.")
    private @Nullable Path folder;

    @Option(
            names = "--memory",
            description = "A new database in memory, gone at the end (where no folder is named).")
    private boolean memory;

    @Mixin private ServeOptions options = new ServeOptions();

    @Option(
            names = "--run",
            paramLabel = "CMD",
            description = {
                "Runs a command by the shell, with DATABASE_URL, PGHOST, PGPORT, PGUSER,"
                        + " PGPASSWORD and PGDATABASE set, and ends with it."
            })
    private @Nullable String command;

    @SuppressWarnings("UnusedVariable") // read by OptionDefaults
    @Option(
            names = OptionDefaults.CONFIG,
            paramLabel = "FILE",
            description = {
                "YAML file with options. They may also stand in the environment: --queue-timeout as CULVERT_QUEUE_TIMEOUT."
            })
    private @Nullable Path config;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        Path stored = storage();
        ServeSettings settings = options.settings(spec.commandLine());
        CompletableFuture<Integer> end = new CompletableFuture<>();
        LocalServer server =
                LocalServer.start(
                        Optional.ofNullable(stored),
                        settings,
                        command == null ? new ConsoleObserver(out) : new AuditLog(),
                        reason -> {
                            spec.commandLine()
                                    .getErr()
                                    .println("culvert: the database has stopped: " + reason);
                            end.complete(STOPPED);
                        });
        ChildProcess child =
                command == null ? null : new ChildProcess(command, server.uri().environment());
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    if (child != null) {
                                        child.stop();
                                    }
                                    server.close();
                                },
                                "stop-server"));
        if (child == null) {
            print(out, server, stored);
            return end.join();
        }
        child.start();
        child.onExit().thenAccept(end::complete);
        return end.join();
    }

    /** The folder of the database; null for one in memory. */
    private @Nullable Path storage() {
        ParseResult said = spec.commandLine().getParseResult();
        if (said.hasMatchedOption("--db") && said.hasMatchedOption("--memory")) {
            throw new ParameterException(
                    spec.commandLine(), "--db and --memory exclude each other");
        }
        return memory && !said.hasMatchedOption("--db") ? null : folder;
    }

    private static void print(PrintWriter out, LocalServer server, @Nullable Path folder) {
        ConnectionUri uri = server.uri();
        synchronized (out) {
            out.println(
                    (folder == null ? "An empty PGlite" : "The PGlite in " + folder)
                            + " is served on "
                            + server.place()
                            + ". Connect to it with");
            out.println();
            out.println("  URL   " + uri.url());
            uri.jdbc().ifPresent(jdbc -> out.println("  JDBC  " + jdbc));
            out.println("  psql  " + uri.psql());
            out.println("  env   DATABASE_URL='" + uri.url() + "'");
            out.println();
            out.println("Ctrl-C stops it.");
            out.flush();
        }
    }
}
