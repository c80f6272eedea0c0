package dev.culvert.relay.hostile;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What Netty's leak detector says while this is open. The build sets it to paranoid. */
final class LeakReports implements AutoCloseable {
    private static final int COLLECTIONS = 5;
    private static final int ALLOCATIONS = 200;

    private final Logger logger =
            (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class.getName());
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

    /** Begins; what others have leaked before is not reported. */
    LeakReports() throws InterruptedException {
        if (ResourceLeakDetector.getLevel() != ResourceLeakDetector.Level.PARANOID) {
            throw new IllegalStateException("the leak detector sees only some buffers");
        }
        collect();
        appender.start();
        logger.setLevel(Level.ERROR);
        logger.addAppender(appender);
    }

    /** The reports so far. */
    List<String> all() throws InterruptedException {
        collect();
        return List.copyOf(appender.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    /** A buffer is missed when it was collected and another one is allocated. */
    private static void collect() throws InterruptedException {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            Thread.sleep(20);
            for (int j = 0; j < ALLOCATIONS; j++) {
                PooledByteBufAllocator.DEFAULT.directBuffer(1).release();
            }
        }
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
        logger.setLevel(Level.OFF);
    }
}
