package dev.culvert.pglite;

import org.jspecify.annotations.Nullable;

/**
 * A database cannot be opened or used. Errors of SQL are not exceptions: they are part of the
 * backend's answer.
 */
public final class PGliteException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public PGliteException(String message) {
        super(message);
    }

    public PGliteException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
