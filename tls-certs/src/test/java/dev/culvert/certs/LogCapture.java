package dev.culvert.certs;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.slf4j.LoggerFactory;

/** What one class logs, between construction and {@link #close()}. */
public final class LogCapture implements AutoCloseable {
    private final Logger logger;
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

    /** Captures from now on. */
    public LogCapture(Class<?> source) {
        logger = (Logger) LoggerFactory.getLogger(source);
        appender.start();
        logger.addAppender(appender);
    }

    /** How many entries of this level there were. */
    public long count(Level level) {
        return appender.list.stream().filter(event -> event.getLevel().equals(level)).count();
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
    }
}
