package dev.culvert.tunnel.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Sessions, the relay's tunnel and an agent, each at random speed: whatever the order, batches and
 * answers arrive whole, credit holds, nothing stalls and nothing stays in memory.
 */
class RelayScheduleTest {
    private static final int SEEDS = 400;

    @Test
    void everyScheduleEndsWithEverythingDelivered() {
        for (int seed = 0; seed < SEEDS; seed++) {
            run(seed, false);
        }
    }

    @Test
    void everyScheduleMayBreakOff() {
        for (int seed = SEEDS; seed < SEEDS + SEEDS / 4; seed++) {
            run(seed, true);
        }
    }

    private static void run(int seed, boolean breaksOff) {
        Simulation simulation = new Simulation(seed);
        try {
            simulation.runAtRandom();
            if (breaksOff) {
                simulation.breakOff();
            } else {
                simulation.runToTheEnd();
            }
            assertThat(simulation.tunnel.streams()).isZero();
            simulation.assertNothingHeld();
        } catch (Throwable e) {
            throw new AssertionError("seed " + seed + ": " + simulation, e);
        }
    }
}
