package dev.culvert.pglite.backend;

import org.jspecify.annotations.Nullable;

/** The backend is gone; its data directory is as after a crash. */
public final class BackendException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BackendException(String message) {
        super(message);
    }

    public BackendException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
