package dev.culvert.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The short form of {@link Chaos}. */
class ChaosIT {
    @Test
    @Timeout(180)
    void clients_do_not_notice_that_tunnels_break() throws Exception {
        long seed = ThreadLocalRandom.current().nextLong(1_000_000);
        Path agent =
                Path.of(System.getProperty("maven.multiModuleProjectDirectory", ".."))
                        .resolve("browser-agent/bin/culvert-agent");
        try (LocalRelay relay = new LocalRelay()) {
            ChaosRun.Outcome outcome =
                    new ChaosRun(
                                    new ChaosRun.Plan(
                                            agent,
                                            Duration.ofSeconds(15),
                                            Duration.ofSeconds(1),
                                            Duration.ofSeconds(2),
                                            new KnownRows(100_000),
                                            seed),
                                    relay)
                            .run();
            assertThat(outcome.transactions()).as("transactions, seed %d", seed).isPositive();
            assertThat(outcome.copies()).as("COPYs, seed %d", seed).isPositive();
            assertThat(outcome.breaks()).as("breaks, seed %d", seed).isGreaterThan(5);
        } catch (Throwable e) {
            throw new AssertionError("seed " + seed, e);
        }
    }
}
