package dev.culvert.agent.config;

/**
 * What the relay writes to standard error.
 *
 * @param level how much of what Culvert itself does
 * @param format what a line looks like
 */
public record LogSettings(Level level, Format format) {
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
