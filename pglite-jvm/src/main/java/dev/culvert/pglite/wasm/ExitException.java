package dev.culvert.pglite.wasm;

/** The program has called {@code exit}; unwinds to whoever runs it. */
public final class ExitException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int status;

    public ExitException(int status) {
        super("exit(" + status + ")", null, false, false);
        this.status = status;
    }

    public int status() {
        return status;
    }
}
