package dev.culvert.agent.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code culvert}. */
@Command(
        name = "culvert",
        mixinStandardHelpOptions = true,
        version = "culvert 0.1.0",
        description = "Reach a Postgres database that has no address.",
        subcommands = {
            ShareCommand.class,
            ServeCommand.class,
            DemoCommand.class,
            RelayCommand.class,
            CertsCommand.class,
            TokenCommand.class,
            HealthCommand.class
        },
        synopsisSubcommandLabel = "COMMAND")
public final class Culvert {
    private Culvert() {}

    /**
     * Runs a command. Exit codes: 0 when it ended as asked, 1 when it failed, 2 for options that
     * make no sense.
     */
    public static void main(String[] args) {
        CommandLine commandLine =
                new CommandLine(new Culvert()).setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setExecutionExceptionHandler((failure, command, _) -> {
            command.getErr().println("culvert: " + Failures.explain(failure));
            return command.getCommandSpec().exitCodeOnExecutionException();
        });
        // the hooks of servers that run end them; their threads would keep the process
        System.exit(commandLine.execute(args));
    }
}
