package dev.culvert.load.compare;

import dev.culvert.load.process.Child;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * CPU time of all who take part in a load, in seconds, until now or since a moment.
 *
 * @param client of clients that have ended
 * @param middle NaN for a floor, which has none
 */
record Usage(double client, double middle, double server) {
    private static final double MILLIS = 1_000;

    /** For a server to see that its client is gone. */
    private static final int SETTLE_MILLIS = 50;

    /** Until now; waits until processes that a server has for a client are gone. */
    static Usage now(Contender contender) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(SETTLE_MILLIS);
        return new Usage(
                Child.cpuSecondsOfEnded(),
                contender.isInTheMiddle() ? Child.cpuSeconds(contender.pid()) : Double.NaN,
                contender.servers().stream().mapToDouble(Child::cpuSecondsOfTree).sum());
    }

    /** Adds what was used since then; of the process in the middle only if there is one. */
    void since(Usage before, double megabytes, Map<Figure, Double> found) {
        double all = client - before.client + server - before.server;
        found.put(
                Figure.CLIENT_CPU_MILLIS_PER_MEGABYTE,
                (client - before.client) * MILLIS / megabytes);
        if (!Double.isNaN(middle)) {
            all += middle - before.middle;
            found.put(
                    Figure.CPU_MILLIS_PER_MEGABYTE, (middle - before.middle) * MILLIS / megabytes);
        }
        found.put(
                Figure.SERVER_CPU_MILLIS_PER_MEGABYTE,
                (server - before.server) * MILLIS / megabytes);
        found.put(Figure.ALL_CPU_MILLIS_PER_MEGABYTE, all * MILLIS / megabytes);
        found.put(
                Figure.BOUND,
                Runtime.getRuntime().availableProcessors() * megabytes / Math.max(all, 0.01));
    }
}
