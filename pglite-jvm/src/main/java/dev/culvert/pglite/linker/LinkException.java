package dev.culvert.pglite.linker;

/** A side module cannot be loaded; the program learns why from {@code dlerror}. */
final class LinkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LinkException(String message) {
        super(message);
    }
}
