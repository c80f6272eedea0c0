package dev.culvert.wire.batch;

import static dev.culvert.wire.Bytes.buffer;
import static dev.culvert.wire.Bytes.message;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Every byte of every session passes these readers: they make no garbage. */
class AllocationTest {
    private static final int ROUNDS = 20_000;

    /** Room for what measuring itself allocates: far less than one object in each round. */
    private static final long TOLERANCE = ROUNDS;

    @Test
    void findsBatchesWithoutAllocating() {
        var reader = new BatchReader();
        ByteBuf in =
                buffer(message('P', "\0x\0\0\0"), message('E', "\0\0\0\0\0"), message('S', ""));

        assertThat(allocatedBy(() -> reader.scan(in, false))).isLessThan(TOLERANCE);
    }

    @Test
    void followsAnswersWithoutAllocating() {
        var reader = new BackendReader();
        ByteBuf in = buffer(message('D', "\0\0"), message('C', "SELECT 1\0"), message('Z', "I"));

        assertThat(allocatedBy(() -> reader.scan(in))).isLessThan(TOLERANCE);
    }

    private static long allocatedBy(Runnable action) {
        run(action);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        run(action);
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private static void run(Runnable action) {
        for (int i = 0; i < ROUNDS; i++) {
            action.run();
        }
    }
}
