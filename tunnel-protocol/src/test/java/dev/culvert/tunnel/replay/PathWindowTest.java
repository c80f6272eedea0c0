package dev.culvert.tunnel.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A sender that always has more to send, over a simulated bottleneck, a tenth of a ms a step. */
class PathWindowTest {
    private static final int KIB = 1_024;
    private static final int MIB = 1_024 * KIB;
    private static final int FRAME = 32 * KIB;
    private static final long STEP_NANOS = 100_000;
    private static final int STEPS_PER_SECOND = 10_000;

    private long nanos;
    private final PathWindow window = new PathWindow(() -> nanos);

    /** Frames on their way: first through the bottleneck, then to the peer and back. */
    private record Underway(PathWindow.Sent sent, long arrivesAt) {}

    private final Queue<PathWindow.Sent> queue = new ArrayDeque<>();
    private final Queue<Underway> trip = new ArrayDeque<>();
    private double perSecond;
    private long roundTripNanos;
    private double budget;
    private int unacknowledged;
    private int unacknowledgedByPeer;
    private long delivered;
    private int longestQueue;

    private void run(int millis) {
        for (long end = nanos + millis * 1_000_000L; nanos < end; nanos += STEP_NANOS) {
            while (window.hasRoom(unacknowledged)) {
                queue.add(window.send());
                unacknowledged += FRAME;
            }
            budget = Math.min(budget + perSecond / STEPS_PER_SECOND, 2.0 * FRAME);
            while (budget >= FRAME && !queue.isEmpty()) {
                budget -= FRAME;
                trip.add(new Underway(queue.remove(), nanos + roundTripNanos));
            }
            longestQueue = Math.max(longestQueue, queue.size() * FRAME);
            while (!trip.isEmpty() && trip.element().arrivesAt() <= nanos) {
                PathWindow.Sent sent = trip.remove().sent();
                delivered += FRAME;
                unacknowledgedByPeer += FRAME;
                if (unacknowledgedByPeer >= ReliableLink.ACK_BYTES) {
                    unacknowledged -= unacknowledgedByPeer;
                    window.onAcknowledged(unacknowledgedByPeer, sent);
                    unacknowledgedByPeer = 0;
                }
            }
        }
    }

    private void path(int mibPerSecond, int roundTripMillis) {
        perSecond = mibPerSecond * (double) MIB;
        roundTripNanos = roundTripMillis * 1_000_000L;
        budget = 0;
    }

    @ParameterizedTest
    @CsvSource({"1, 20", "10, 1", "10, 5", "10, 20", "10, 100", "50, 5", "50, 100", "60, 100"})
    void fills_the_path_and_queues_little(int mibPerSecond, int roundTripMillis) {
        path(mibPerSecond, roundTripMillis);
        run(3_000);
        long before = delivered;
        longestQueue = 0;
        run(5_000);
        assertThat(delivered - before)
                .as("throughput")
                .isGreaterThan((long) (0.9 * 5 * mibPerSecond * MIB));
        assertThat(longestQueue).as("queue").isLessThanOrEqualTo(PathWindow.LEAST + FRAME);
    }

    @Test
    void finds_a_long_fat_path_within_a_second() {
        path(40, 100);
        run(1_000);
        long before = delivered;
        run(1_000);
        assertThat(delivered - before).isGreaterThan(35 * MIB);
    }

    @Test
    void follows_a_path_that_changes() {
        path(10, 20);
        run(3_000);
        path(40, 20);
        run(2_000);
        long before = delivered;
        run(1_000);
        assertThat(delivered - before).as("faster").isGreaterThan(36 * MIB);
        path(5, 20);
        run(5_000);
        longestQueue = 0;
        run(1_000);
        assertThat(longestQueue).as("slower").isLessThanOrEqualTo(PathWindow.LEAST + FRAME);
    }

    @Test
    void a_longer_round_trip_is_found_when_the_shorter_one_has_expired() {
        path(20, 5);
        run(2_000);
        path(20, 80);
        run(15_000);
        long before = delivered;
        run(2_000);
        assertThat(delivered - before).isGreaterThan((long) (0.9 * 2 * 20 * MIB));
    }

    @Test
    void a_peer_that_pauses_is_served_at_full_speed_again() {
        path(20, 10);
        run(2_000);
        path(0, 10);
        run(3_000);
        assertThat(window.hasRoom(unacknowledged)).isFalse();
        path(20, 10);
        run(500);
        long before = delivered;
        run(1_000);
        assertThat(delivered - before).isGreaterThan(17 * MIB);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void is_bounded_and_never_stalls_whatever_the_path_does(int seed) {
        Random random = new Random(seed);
        for (int phase = 0; phase < 40; phase++) {
            path(random.nextInt(5) == 0 ? 0 : random.nextInt(100), random.nextInt(200));
            run(random.nextInt(300));
            assertThat(window.bytes())
                    .isBetween((long) PathWindow.LEAST, (long) ReliableLink.MAX_KEPT_BYTES);
            if (random.nextInt(10) == 0) {
                window.restart();
            }
        }
        path(100, 10);
        long before = delivered;
        run(1_000);
        assertThat(delivered).isGreaterThan(before);
    }

    @Test
    void starts_anew_on_another_web_socket() {
        path(50, 50);
        run(2_000);
        assertThat(window.bytes()).isGreaterThan(2 * MIB);
        window.restart();
        assertThat(window.bytes()).isEqualTo(PathWindow.LEAST);
    }
}
