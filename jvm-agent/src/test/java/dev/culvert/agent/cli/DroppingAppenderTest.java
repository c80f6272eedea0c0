package dev.culvert.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DroppingAppenderTest {
    private static final int WAITING = 100;

    /** A reader of standard error that reads a line when it is permitted to. */
    private static final class SlowWriter extends AppenderBase<ILoggingEvent> {
        private final Semaphore permits = new Semaphore(0);
        private final List<String> written = new CopyOnWriteArrayList<>();

        @Override
        protected void append(ILoggingEvent event) {
            permits.acquireUninterruptibly();
            written.add(event.getFormattedMessage());
        }
    }

    private final LoggerContext context = new LoggerContext();
    private final Logger logger = context.getLogger("test");
    private final SlowWriter writer = new SlowWriter();
    private final DroppingAppender appender = new DroppingAppender(WAITING, logger);

    @BeforeEach
    void start() {
        context.setMDCAdapter(new LogbackMDCAdapter());
        writer.setContext(context);
        writer.start();
        appender.addAppender(writer);
        appender.start();
        logger.addAppender(appender);
    }

    @AfterEach
    void stop() {
        writer.permits.release(1_000_000);
        context.stop();
    }

    @Test
    void nobody_waits_for_a_reader_who_reads_nothing() {
        for (int i = 0; i < 10_000; i++) {
            logger.info("line {}", i);
        }

        writer.permits.release(1_000_000);
        await().until(() -> appender.getNumberOfElementsInQueue() == 0);
        logger.info("again");
        await().until(() -> writer.written.contains("again"));

        // those that waited, and as many at most that were about to be written
        int kept = writer.written.size() - 2;
        assertThat(kept).isBetween(WAITING, 2 * WAITING + 1);
        for (int i = 0; i < WAITING; i++) {
            assertThat(writer.written.get(i)).isEqualTo("line " + i);
        }
        assertThat(writer.written.subList(kept, kept + 2))
                .containsExactly(
                        10_000 - kept + " lines were dropped: standard error was read too slowly",
                        "again");
    }

    @Test
    void what_waits_is_written_at_the_end() {
        for (int i = 0; i < WAITING / 2; i++) {
            logger.info("line {}", i);
        }
        writer.permits.release(1_000_000);

        context.stop();

        assertThat(writer.written).hasSize(WAITING / 2);
    }
}
