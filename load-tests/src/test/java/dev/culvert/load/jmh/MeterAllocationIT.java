package dev.culvert.load.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class MeterAllocationIT {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int BATCHES = 20_000;

    @Test
    void to_count_a_batch_allocates_nothing() {
        MeterBenchmark meters = new MeterBenchmark();
        count(meters);

        long before = THREADS.getCurrentThreadAllocatedBytes();
        count(meters);
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;

        // less than an object each: what the JVM itself does on this thread
        assertThat(allocated).isLessThan(8L * BATCHES);
    }

    private static void count(MeterBenchmark meters) {
        for (int i = 0; i < BATCHES; i++) {
            meters.batch();
        }
    }
}
