package dev.culvert.agent.cli;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Has a thread of its own write, and drops lines while too many wait: an event loop must never wait
 * for somebody who does not read standard error. A line says how many were dropped, as soon as half
 * of those that waited are written.
 */
final class DroppingAppender extends AsyncAppender {
    private final Logger logger;
    private final AtomicLong dropped = new AtomicLong();

    /**
     * An appender that is not started yet.
     *
     * @param lines how many may wait
     * @param logger who says that lines were dropped
     */
    DroppingAppender(int lines, Logger logger) {
        this.logger = logger;
        setContext(logger.getLoggerContext());
        setQueueSize(lines);
        setDiscardingThreshold(0);
        setNeverBlock(true);
    }

    @Override
    protected void append(ILoggingEvent event) {
        int room = getRemainingCapacity();
        if (room == 0) {
            dropped.incrementAndGet();
            return;
        }
        if (room > getQueueSize() / 2 && dropped.get() > 0) {
            super.append(
                    new LoggingEvent(
                            DroppingAppender.class.getName(),
                            logger,
                            Level.WARN,
                            "{} lines were dropped: standard error was read too slowly",
                            null,
                            new Object[] {dropped.getAndSet(0)}));
        }
        super.append(event);
    }
}
