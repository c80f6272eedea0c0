package dev.culvert.agent.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import dev.culvert.agent.config.LogSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the process logs, and how; at the start and whenever the settings change. */
final class Logging {
    /** The appender and its pattern for people, as in {@code logback.xml}. */
    private static final String APPENDER = "STDERR";

    private static final String PATTERN = "%d{HH:mm:ss.SSS} %-5level %logger{0} %msg %kvp%n%ex";

    private Logging() {}

    /** Takes settings over. Lines that are being written come out whole. */
    static void apply(LogSettings settings) {
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
            throw new IllegalStateException("another library than Logback does the logging");
        }
        context.getLogger("dev.culvert").setLevel(Level.toLevel(settings.level().name()));
        if (context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender(APPENDER)
                instanceof ConsoleAppender<ILoggingEvent> appender) {
            Encoder<ILoggingEvent> encoder = encoder(settings.format());
            encoder.setContext(context);
            encoder.start();
            appender.setEncoder(encoder);
        }
    }

    private static Encoder<ILoggingEvent> encoder(LogSettings.Format format) {
        return switch (format) {
            case HUMAN -> {
                PatternLayoutEncoder encoder = new PatternLayoutEncoder();
                encoder.setPattern(PATTERN);
                yield encoder;
            }
            case JSON -> {
                JsonEncoder encoder = new JsonEncoder();
                encoder.setWithSequenceNumber(false);
                encoder.setWithNanoseconds(false);
                encoder.setWithContext(false);
                encoder.setWithArguments(false);
                encoder.setWithMessage(false);
                encoder.setWithFormattedMessage(true);
                yield encoder;
            }
        };
    }
}
