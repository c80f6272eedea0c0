package dev.culvert.agent.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What the relay logs.
 *
 * @param level how much of what Culvert itself does goes to standard error
 * @param format what a line looks like there
 * @param audit where tunnels and sessions are recorded besides
 */
public record LogSettings(Level level, Format format, Optional<AuditFile> audit) {
    /**
     * A file with a line of JSON for each beginning and end.
     *
     * @param maxBytes when the next file begins
     * @param kept how many full files are kept, as {@code FILE.1}, {@code FILE.2}, …
     */
    public record AuditFile(Path file, int maxBytes, int kept) {
        private static final int MIN_BYTES = 64 * 1_024;
        private static final int MAX_KEPT = 20;

        /** Checks the values. */
        public AuditFile {
            if (maxBytes < MIN_BYTES) {
                throw new IllegalArgumentException(
                        "audit.maxBytes " + maxBytes + " is less than " + MIN_BYTES);
            }
            if (kept < 1 || kept > MAX_KEPT) {
                throw new IllegalArgumentException(
                        "audit.kept " + kept + " is not from 1 to " + MAX_KEPT);
            }
        }
    }

    /** How much is logged. */
    public enum Level {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    /** What a line looks like. */
    public enum Format {
        /** For people. */
        HUMAN,
        /** One JSON object. */
        JSON
    }
}
