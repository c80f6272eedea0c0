package dev.culvert.load.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScannerAllocationIT {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int SCANS = 2_000;

    @ParameterizedTest
    @EnumSource
    void scanners_allocate_nothing(ScannerBenchmark.Messages messages) {
        ScannerBenchmark scanners = new ScannerBenchmark();
        scanners.messages = messages;
        scanners.prepare();
        scan(scanners);

        long before = THREADS.getCurrentThreadAllocatedBytes();
        long found = scan(scanners);
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;

        assertThat(found).isNotNegative();
        // less than an object each: what the JVM itself does on this thread
        assertThat(allocated).isLessThan(8L * SCANS);
    }

    private static long scan(ScannerBenchmark scanners) {
        long found = 0;
        for (int i = 0; i < SCANS; i++) {
            found += scanners.batches() + scanners.answers();
        }
        return found;
    }
}
