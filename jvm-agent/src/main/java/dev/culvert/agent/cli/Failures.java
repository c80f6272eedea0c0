package dev.culvert.agent.cli;

import java.net.BindException;

/** Failures as a person at a terminal wants to read them. */
final class Failures {
    private Failures() {}

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
                        + " (another program may listen on the port; choose one with --postgres-port"
                        + " or --https-port)"
                : message;
    }
}
