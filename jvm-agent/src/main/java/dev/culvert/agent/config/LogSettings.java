package dev.culvert.agent.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the relay logs.
 *
 * @param level how much of what Culvert itself does goes to standard error
 * @param levels of other loggers, and of parts of Culvert
 * @param format what a line looks like there
 * @param audit where tunnels and sessions are recorded besides
 */
public record LogSettings(
        Level level, List<LoggerLevel> levels, Format format, Optional<AuditFile> audit) {
    /** Copies the list. */
    public LogSettings {
        levels = List.copyOf(levels);
    }

    /** How much a logger logs, and those below it. */
    public record LoggerLevel(String logger, Level level) {
        private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_$.-]{1,200}");

        /** Checks the name. */
        public LoggerLevel {
            if (!NAME.matcher(logger).matches()) {
                throw new IllegalArgumentException(logger);
            }
        }

        /** Reads what {@link #toString} writes. */
        static LoggerLevel parse(String text) {
            int middle = text.indexOf('=');
            if (middle < 0) {
                throw new IllegalArgumentException(text);
            }
            return new LoggerLevel(
                    text.substring(0, middle),
                    Level.valueOf(text.substring(middle + 1).toUpperCase(Locale.ROOT)));
        }

        @Override
        public String toString() {
            return logger + "=" + level.name().toLowerCase(Locale.ROOT);
        }
    }

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
