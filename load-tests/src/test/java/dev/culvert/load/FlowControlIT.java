package dev.culvert.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The short form of {@link FlowControl}: with slack, since a machine that tests is busy. */
class FlowControlIT {
    private static final long OFFERED = 500_000_000;

    /** The relay's largest window, and what the sockets of both sides hold on loopback. */
    private static final long BOUND = 24_000_000;

    private static LocalRelay relay;

    @BeforeAll
    static void start() throws Exception {
        relay = new LocalRelay();
    }

    @AfterAll
    static void stop() {
        relay.close();
    }

    @Test
    void a_session_over_100_ms_is_faster_than_its_first_window_would_let_it_be() throws Exception {
        Path agent =
                Path.of(System.getProperty("maven.multiModuleProjectDirectory", ".."))
                        .resolve("browser-agent/bin/culvert-agent");
        try (LongPath path = new LongPath(relay, agent, 100)) {
            // 256 KiB in 100 ms are 2.6 MB/s, the time of PGlite not counted
            assertThat(path.download(40)).as("from the agent").isGreaterThan(3.5);
            assertThat(path.upload(20)).as("to the agent").isGreaterThan(3.5);
        }
    }

    @Test
    void a_client_that_does_not_read_costs_a_window() throws Exception {
        Memory.Figures figures = Memory.towardsSilentClient(relay, OFFERED);
        assertThat(figures.takenIn()).isBetween(256_000L, BOUND);
        assertThat(figures.residentBytes()).isLessThan(4 * BOUND);
    }

    @Test
    void a_frozen_agent_costs_a_window() throws Exception {
        Memory.Figures figures = Memory.towardsFrozenAgent(relay, OFFERED);
        assertThat(figures.takenIn()).isBetween(256_000L, BOUND);
        assertThat(figures.residentBytes()).isLessThan(4 * BOUND);
    }

    @Test
    void bulk_on_one_stream_hardly_delays_a_small_batch_on_another() throws Exception {
        try (Fairness fairness = new Fairness(10e6, 0)) {
            double alone = fairness.measure(Fairness.Bulk.NONE, 30).median();
            for (Fairness.Bulk bulk :
                    new Fairness.Bulk[] {Fairness.Bulk.TO_AGENT, Fairness.Bulk.FROM_AGENT}) {
                long before = fairness.agentBytes();
                double beside = fairness.measure(bulk, 60).median();
                assertThat(fairness.agentBytes() - before).as("bulk").isGreaterThan(5_000_000);
                // 20 ms on a machine with nothing else to do
                assertThat(beside - alone).as(bulk.toString()).isLessThan(40);
            }
        }
    }
}
