package dev.culvert.agent.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * What every command logs: warnings, to standard error, since standard output belongs to the
 * command. In code, so that neither the start of a command nor the image has to do with XML. A file
 * {@code logback-test.xml}, or one that the system property {@code logback.configurationFile}
 * names, counts more.
 */
public final class LogDefaults extends ContextAwareBase implements Configurator {
    /** The appender that writes to standard error. */
    static final String APPENDER = "STDERR";

    /** For people; what others say is one line, whatever they say. */
    static final String PATTERN =
            "%d{HH:mm:ss.SSS} %-5level %logger{0} %replace(%msg %kvp){'\\p{Cntrl}', '?'}%n%ex";

    /** Of all that has no level of its own. */
    private static final String LEVEL_VARIABLE = "CULVERT_LOG";

    @Override
    public ExecutionStatus configure(LoggerContext loggers) {
        if (System.getProperty("logback.configurationFile") != null
                || LogDefaults.class.getResource("/logback-test.xml") != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(loggers);
        encoder.setPattern(PATTERN + "{short}");
        encoder.start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(loggers);
        appender.setName(APPENDER);
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.start();
        Logger root = loggers.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.toLevel(System.getenv(LEVEL_VARIABLE), Level.WARN));
        root.addAppender(appender);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
