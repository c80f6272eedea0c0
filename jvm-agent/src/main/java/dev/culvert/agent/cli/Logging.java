package dev.culvert.agent.cli;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.Duration;
import ch.qos.logback.core.util.FileSize;
import dev.culvert.agent.config.ConfigException;
import dev.culvert.agent.config.LogSettings;
import dev.culvert.front.observe.AuditLog;
import java.util.List;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** What the process logs, and how; at the start and whenever the settings change. */
final class Logging {
    /** The appender and its pattern for people, as in {@code logback.xml}. */
    private static final String APPENDER = "STDERR";

    /** What others say is one line, whatever they say. */
    private static final String PATTERN =
            "%d{HH:mm:ss.SSS} %-5level %logger{0} %replace(%msg %kvp){'\\p{Cntrl}', '?'}%n%ex";

    private static final String AUDIT_FILE = "AUDIT";

    /** Lines that wait for a slow disk; only then must event loops wait, since none may be lost. */
    private static final int WAITING_LINES = 8_192;

    private Logging() {}

    /**
     * Takes settings over. Lines that are being written come out whole.
     *
     * @throws ConfigException when the audit's file cannot be written
     */
    static void apply(LogSettings settings) {
        if (!SLF4JBridgeHandler.isInstalled()) {
            SLF4JBridgeHandler.removeHandlersForRootLogger();
            SLF4JBridgeHandler.install();
        }
        LoggerContext context = context();
        Level level = Level.toLevel(settings.level().name());
        context.getLogger("dev.culvert").setLevel(level);
        if (context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).getAppender(APPENDER)
                instanceof ConsoleAppender<ILoggingEvent> appender) {
            appender.setEncoder(started(encoder(settings.format()), context));
        }
        settings.audit().ifPresent(file -> record(file, level, context));
    }

    /** Writes what waits to be written. */
    static void stop() {
        context().stop();
    }

    private static void record(LogSettings.AuditFile file, Level level, LoggerContext context) {
        Logger audit = context.getLogger(AuditLog.LOGGER);
        // all of it into the file, however little is wanted on standard error
        boolean shownBesides = Level.INFO.isGreaterOrEqual(level);
        audit.setLevel(shownBesides ? level : Level.INFO);
        audit.setAdditive(shownBesides);
        if (audit.getAppender(AUDIT_FILE) == null) {
            audit.addAppender(appender(file, context));
        }
    }

    private static Appender<ILoggingEvent> appender(
            LogSettings.AuditFile file, LoggerContext context) {
        RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
        appender.setContext(context);
        appender.setFile(file.file().toString());
        FixedWindowRollingPolicy names = new FixedWindowRollingPolicy();
        names.setContext(context);
        names.setParent(appender);
        names.setFileNamePattern(file.file() + ".%i");
        names.setMinIndex(1);
        names.setMaxIndex(file.kept());
        names.start();
        SizeBasedTriggeringPolicy<ILoggingEvent> size = new SizeBasedTriggeringPolicy<>();
        size.setContext(context);
        size.setMaxFileSize(new FileSize(file.maxBytes()));
        size.setCheckIncrement(Duration.buildBySeconds(1));
        size.start();
        appender.setRollingPolicy(names);
        appender.setTriggeringPolicy(size);
        appender.setEncoder(started(encoder(LogSettings.Format.JSON), context));
        appender.start();
        if (!appender.isStarted()) {
            throw new ConfigException(List.of("audit.file cannot be written: " + file.file()));
        }
        AsyncAppender waiting = new AsyncAppender();
        waiting.setName(AUDIT_FILE);
        waiting.setContext(context);
        waiting.setQueueSize(WAITING_LINES);
        waiting.setDiscardingThreshold(0);
        waiting.addAppender(appender);
        waiting.start();
        return waiting;
    }

    private static LoggerContext context() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            return context;
        }
        throw new IllegalStateException("another library than Logback does the logging");
    }

    private static Encoder<ILoggingEvent> started(
            Encoder<ILoggingEvent> encoder, LoggerContext context) {
        encoder.setContext(context);
        encoder.start();
        return encoder;
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
