package dev.culvert.agent.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code culvert}. */
@Command(
        name = "culvert",
        mixinStandardHelpOptions = true,
        version = "culvert 0.1.0",
        description = "Reach a Postgres database that has no address.",
        footer = {
            "",
            "Examples:",
            "  culvert demo                      everything at once, to try it",
            "  culvert share --relay wss://…     a database of this machine, for clients elsewhere",
            "  culvert serve --db ./data         a PGlite as a Postgres server of this machine",
            "  culvert relay --domain db.example a relay for others",
            "  culvert check wss://relay.example whether a relay can be reached from here",
            "",
            "culvert COMMAND --help tells more."
        },
        subcommands = {
            ShareCommand.class,
            ServeCommand.class,
            DemoCommand.class,
            RelayCommand.class,
            CertsCommand.class,
            TokenCommand.class,
            CheckCommand.class,
            HealthCommand.class,
            CompletionCommand.class
        },
        synopsisSubcommandLabel = "COMMAND")
public final class Culvert {
    private Culvert() {}

    /**
     * Runs a command. Exit codes: 0 when it ended as asked, 1 when it failed, 2 for options that
     * make no sense; docs/cli.md has them all.
     */
    public static void main(String[] args) {
        // the hooks of servers that run end them; their threads would keep the process
        System.exit(commandLine().execute(args));
    }

    /** The command and its subcommands. */
    static CommandLine commandLine() {
        return new CommandLine(new Culvert())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, _) -> {
                    command.getErr().println("culvert: " + Failures.explain(failure));
                    return command.getCommandSpec().exitCodeOnExecutionException();
                });
    }
}
