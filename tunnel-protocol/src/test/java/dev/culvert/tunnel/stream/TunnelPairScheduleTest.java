package dev.culvert.tunnel.stream;

import org.junit.jupiter.api.Test;

/**
 * The relay's side and the agent's over WebSockets that break: whatever the order, batches and
 * answers arrive whole and once, credit holds, nothing stalls and nothing stays in memory.
 */
class TunnelPairScheduleTest {
    private static final int SEEDS = 100;

    @Test
    void everyScheduleEndsWithEverythingDelivered() {
        for (int seed = 0; seed < SEEDS; seed++) {
            run(seed, false, false);
        }
    }

    @Test
    void nothingIsLostWhenWebSocketsBreak() {
        for (int seed = SEEDS; seed < 2 * SEEDS; seed++) {
            run(seed, true, false);
        }
    }

    @Test
    void everyScheduleMayEndInTheMiddle() {
        for (int seed = 2 * SEEDS; seed < 2 * SEEDS + SEEDS / 4; seed++) {
            run(seed, true, true);
        }
    }

    private static void run(int seed, boolean breaks, boolean endsInTheMiddle) {
        TunnelPair pair = new TunnelPair(seed);
        try {
            pair.runAtRandom(breaks);
            if (endsInTheMiddle) {
                pair.end();
            } else {
                pair.runToTheEnd();
            }
            pair.assertNothingIsLeft();
        } catch (Throwable e) {
            throw new AssertionError("seed " + seed + ": " + pair, e);
        }
    }
}
