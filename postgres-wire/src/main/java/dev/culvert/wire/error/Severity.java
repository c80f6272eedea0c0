package dev.culvert.wire.error;

import java.util.Arrays;
import java.util.Optional;

/**
 * How bad an error or notice is: the value of fields S and V. Source: Postgres documentation,
 * "Error and Notice Message Fields".
 */
public enum Severity {
    /** The session ends. */
    FATAL,
    /** The statement fails, the session goes on. */
    ERROR,
    /** The server ends every session. */
    PANIC,
    /** A notice about something likely wrong. */
    WARNING,
    /** A notice for information. */
    NOTICE;

    /** The severity with that (never localized) name, if it is one of these. */
    public static Optional<Severity> of(String name) {
        return Arrays.stream(values()).filter(s -> s.name().equals(name)).findFirst();
    }
}
