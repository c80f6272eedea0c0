package dev.culvert.tunnel.credit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Windows on simulated paths: a millisecond a step, no clock and no socket. */
class WindowGrowthTest {
    private static final int KIB = 1_024;
    private static final int MIB = 1_024 * KIB;
    private static final WindowLimits LIMITS = new WindowLimits(256 * KIB, 4 * MIB, 8 * MIB);
    private static final int FRAME = 32 * KIB;
    private static final int FAST = 100 * MIB;

    private final WindowBudget budget = new WindowBudget(LIMITS);
    private long millis;

    /** Bytes or credit that arrives at its time. */
    private record Arrival(long at, int bytes) {}

    private record Pong(long at, long opaque) {}

    /** A stream over a path, with a sender that always has something to send. */
    private final class Path {
        final int oneWay;
        private final Queue<Pong> pongs = new ArrayDeque<>();
        final RoundTrip roundTrip =
                new RoundTrip(
                        this::nanos, opaque -> pongs.add(new Pong(millis + 2L * oneWay(), opaque)));
        final ReceiveCredit receiver = new ReceiveCredit(budget, roundTrip, this::nanos);
        private final SendCredit sender = new SendCredit(LIMITS.initial());
        private final Queue<Arrival> data = new ArrayDeque<>();
        private final Queue<Arrival> credit = new ArrayDeque<>();
        int sendPerSecond = FAST;
        int readPerSecond = FAST;
        long consumed;

        Path(int roundTrip) {
            oneWay = roundTrip / 2;
        }

        private long nanos() {
            return millis * 1_000_000;
        }

        private int oneWay() {
            return oneWay;
        }

        void step() {
            while (!pongs.isEmpty() && pongs.element().at() <= millis) {
                roundTrip.onPong(pongs.remove().opaque());
            }
            while (!credit.isEmpty() && credit.element().at() <= millis) {
                sender.grant(credit.remove().bytes());
            }
            for (int left = sendPerSecond / 1_000; left > 0 && sender.available() > 0; ) {
                int size = Math.min(Math.min(FRAME, left), sender.available());
                left -= size;
                sender.take(size);
                data.add(new Arrival(millis + oneWay, size));
            }
            while (!data.isEmpty() && data.element().at() <= millis) {
                receiver.received(data.remove().bytes());
            }
            int read = Math.min(receiver.unconsumed(), readPerSecond / 1_000);
            int grant = receiver.consumed(read);
            consumed += read;
            if (grant > 0) {
                credit.add(new Arrival(millis + oneWay, grant));
            }
            assertThat(sender.available()).isLessThanOrEqualTo(receiver.window());
        }
    }

    private void run(int forMillis, Path... paths) {
        for (long end = millis + forMillis; millis < end; millis++) {
            for (Path path : paths) {
                path.step();
            }
        }
    }

    @Test
    void a_long_fat_path_is_not_capped_by_the_initial_window() {
        Path path = new Path(100);
        run(2_000, path);
        assertThat(path.receiver.window()).isEqualTo(LIMITS.max());

        long before = path.consumed;
        run(1_000, path);
        assertThat(path.consumed - before).isGreaterThan(30 * MIB);
    }

    @Test
    void a_window_grows_to_what_the_path_needs_and_no_further() {
        Path path = new Path(100);
        path.sendPerSecond = 5 * MIB;
        run(10_000, path);
        // a round trip's worth is 512 KiB
        assertThat(path.receiver.window()).isBetween(MIB, 2 * MIB);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 20, 100})
    void a_slow_reader_gets_no_larger_window(int roundTrip) {
        Path path = new Path(roundTrip);
        path.readPerSecond = 500 * KIB;
        run(20_000, path);
        assertThat(path.receiver.window()).isEqualTo(LIMITS.initial());
    }

    @Test
    void a_reader_that_stops_keeps_no_more_than_the_window() {
        Path path = new Path(100);
        run(2_000, path);
        path.readPerSecond = 0;
        run(5_000, path);
        assertThat(path.receiver.unconsumed()).isBetween(LIMITS.max() / 2, LIMITS.max());
        path.readPerSecond = FAST;
        long before = path.consumed;
        run(1_000, path);
        assertThat(path.consumed - before).as("goes on").isGreaterThan(25 * MIB);
    }

    @Test
    void a_short_path_needs_no_larger_window() {
        Path path = new Path(4);
        path.sendPerSecond = 20 * MIB;
        run(10_000, path);
        assertThat(path.receiver.window()).isEqualTo(LIMITS.initial());
    }

    @Test
    void streams_of_a_tunnel_share_what_windows_may_grow_to() {
        List<Path> paths = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            paths.add(new Path(100));
        }
        run(5_000, paths.toArray(Path[]::new));
        assertThat(budget.used()).isEqualTo(LIMITS.perTunnel());

        paths.forEach(path -> path.receiver.close());
        assertThat(budget.used()).isZero();
        Path next = new Path(100);
        run(3_000, next);
        assertThat(next.receiver.window()).isEqualTo(LIMITS.max());
    }

    @Test
    void more_streams_than_the_bound_has_room_for_open_but_do_not_grow() {
        Path[] paths = new Path[40];
        for (int i = 0; i < paths.length; i++) {
            paths[i] = new Path(100);
        }
        run(2_000, paths);
        assertThat(paths).allMatch(path -> path.receiver.window() == LIMITS.initial());
        assertThat(paths).allMatch(path -> path.consumed > 4 * MIB);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void whatever_the_speeds_the_bounds_hold_and_nothing_stalls(int seed) {
        Random random = new Random(seed);
        Path[] paths = new Path[1 + random.nextInt(6)];
        for (int i = 0; i < paths.length; i++) {
            paths[i] = new Path(2 + random.nextInt(300));
        }
        for (int phase = 0; phase < 30; phase++) {
            for (Path path : paths) {
                path.sendPerSecond = random.nextInt(4) == 0 ? 0 : random.nextInt(FAST);
                path.readPerSecond = random.nextInt(4) == 0 ? 0 : random.nextInt(FAST);
            }
            run(random.nextInt(500), paths);
            assertThat(budget.used()).isLessThanOrEqualTo(LIMITS.perTunnel());
            assertThat(paths).allMatch(path -> path.receiver.window() <= LIMITS.max());
        }
        for (Path path : paths) {
            path.sendPerSecond = FAST;
            path.readPerSecond = FAST;
            long before = path.consumed;
            run(2 * path.oneWay + 50, path);
            assertThat(path.consumed).isGreaterThan(before);
        }
    }
}
