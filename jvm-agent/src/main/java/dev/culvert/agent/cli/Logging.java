package dev.culvert.agent.cli;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
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
    private static final String WAITING = "WAITING";
    private static final String AUDIT_FILE = "AUDIT";

    /**
     * Lines that wait for a slow reader or disk. Then those for standard error are dropped, while
     * event loops wait to write the audit's, of which none may be lost.
     */
    private static final int WAITING_LINES = 8_192;

    /** How long the end of the process may take for what waits. */
    private static final int FLUSH_MILLIS = 3_000;

    /** The loggers that have a level of their own by the settings. */
    private static List<String> levelled = List.of();

    private Logging() {}

    /**
     * Takes settings over. Lines that are being written come out whole.
     *
     * @throws ConfigException when the audit's file cannot be written
     */
    static synchronized void apply(LogSettings settings) {
        if (!SLF4JBridgeHandler.isInstalled()) {
            SLF4JBridgeHandler.removeHandlersForRootLogger();
            SLF4JBridgeHandler.install();
        }
        LoggerContext context = context();
        Level level = Level.toLevel(settings.level().name());
        setLevels(settings, level, context);
        standardError(context).setEncoder(started(encoder(settings.format()), context));
        settings.audit().ifPresent(file -> record(file, level, context));
    }

    private static void setLevels(LogSettings settings, Level level, LoggerContext context) {
        levelled.forEach(logger -> context.getLogger(logger).setLevel(null));
        levelled = settings.levels().stream().map(LogSettings.LoggerLevel::logger).toList();
        context.getLogger("dev.culvert").setLevel(level);
        settings.levels()
                .forEach(each ->
                        context.getLogger(each.logger())
                                .setLevel(Level.toLevel(each.level().name())));
    }

    /** What writes to standard error, in a thread of its own from the first call on. */
    private static ConsoleAppender<ILoggingEvent> standardError(LoggerContext context) {
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        if (root.getAppender(WAITING) instanceof DroppingAppender waiting
                && waiting.getAppender(LogDefaults.APPENDER)
                        instanceof ConsoleAppender<ILoggingEvent> writer) {
            return writer;
        }
        if (!(root.getAppender(LogDefaults.APPENDER)
                instanceof ConsoleAppender<ILoggingEvent> writer)) {
            throw new IllegalStateException("no appender " + LogDefaults.APPENDER);
        }
        DroppingAppender waiting =
                new DroppingAppender(WAITING_LINES, context.getLogger(Logging.class));
        waiting.setName(WAITING);
        waiting.addAppender(writer);
        waiting.start();
        root.addAppender(waiting);
        root.detachAppender(writer);
        return writer;
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
        waiting.setMaxFlushTime(FLUSH_MILLIS);
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
                encoder.setPattern(LogDefaults.PATTERN);
                yield encoder;
            }
            case JSON -> new JsonLineEncoder();
        };
    }
}
