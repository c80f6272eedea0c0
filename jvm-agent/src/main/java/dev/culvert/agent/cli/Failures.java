package dev.culvert.agent.cli;

import dev.culvert.agent.config.ConfigException;
import java.io.PrintWriter;
import java.net.BindException;
import picocli.CommandLine.Model.CommandSpec;

/** Failures as a person at a terminal wants to read them. */
final class Failures {
    private Failures() {}

    /**
     * Prints what is wrong with a configuration.
     *
     * @return the exit code of a command that cannot be run like this
     */
    static int explain(ConfigException failure, CommandSpec command) {
        PrintWriter err = command.commandLine().getErr();
        failure.problems().forEach(problem -> err.println("culvert: " + problem));
        err.flush();
        return command.exitCodeOnInvalidInput();
    }

    static String explain(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            if (cause instanceof BindException) {
                break;
            }
            cause = cause.getCause();
        }
        String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return cause instanceof BindException
                ? message
                        + " (another program may listen there; choose another port: --port of"
                        + " serve, --postgres-port and --https-port of the others)"
                : message;
    }
}
