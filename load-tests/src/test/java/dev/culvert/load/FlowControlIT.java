package dev.culvert.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The short form of {@link FlowControl}: with slack, since a machine that tests is busy. */
class FlowControlIT {
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
}
