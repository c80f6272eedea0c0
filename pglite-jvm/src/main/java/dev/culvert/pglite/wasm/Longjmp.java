package dev.culvert.pglite.wasm;

/**
 * C's {@code longjmp}: unwinds to the nearest {@code invoke_…}, which tells the program that it
 * jumped. Where to, the program has noted in its own memory.
 */
// one for all: it carries nothing, and is thrown often
@SuppressWarnings("StaticAssignmentOfThrowable")
final class Longjmp extends RuntimeException {
    private static final long serialVersionUID = 1L;
    static final Longjmp INSTANCE = new Longjmp();

    private Longjmp() {
        super("longjmp", null, false, false);
    }
}
