package dev.culvert.load.fairness;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The short form of {@link Fairness}: with slack, since a machine that tests is busy. */
class SharedTunnelIT {
    private static final double MICROS_PER_MILLI = 1_000;

    @Test
    void bulk_on_one_stream_hardly_delays_a_small_batch_on_another() throws Exception {
        try (SharedTunnel tunnel = new SharedTunnel(10e6, 1_000)) {
            double alone = median(tunnel, Bulk.NONE);
            for (Bulk bulk : new Bulk[] {Bulk.TO_AGENT, Bulk.FROM_AGENT}) {
                long before = tunnel.agentBytes();
                double beside = median(tunnel, bulk);
                assertThat(tunnel.agentBytes() - before).as("bulk").isGreaterThan(5_000_000);
                // 20 ms on a machine with nothing else to do
                assertThat(beside - alone).as(bulk.toString()).isLessThan(40);
            }
        }
    }

    private static double median(SharedTunnel tunnel, Bulk bulk) throws Exception {
        return tunnel.measure(bulk, 60).getValueAtPercentile(50) / MICROS_PER_MILLI;
    }
}
