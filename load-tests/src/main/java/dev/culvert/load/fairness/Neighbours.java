package dev.culvert.load.fairness;

import dev.culvert.load.nulls.NullAgentGroup;
import dev.culvert.load.nulls.NullAgents;
import dev.culvert.load.nulls.SqlClient;
import dev.culvert.load.process.RelayChild;
import dev.culvert.load.process.Workplace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.HdrHistogram.Histogram;

/** Two clients with a tunnel each on one relay, as fast as the machine permits. */
final class Neighbours implements AutoCloseable {
    private static final long COPY_BYTES = 100_000_000;

    private final Workplace place = new Workplace();
    private final RelayChild relay;
    private final NullAgentGroup agents;
    private final SSLContext tls;
    private final int leadMillis;

    /**
     * Starts them.
     *
     * @param leadMillis until a bulk is at full speed
     */
    Neighbours(Path jar, int leadMillis) throws Exception {
        this.leadMillis = leadMillis;
        relay = new RelayChild(place, jar, List.of(), List.of());
        agents = new NullAgentGroup(place, relay, 0, 2);
        tls = SqlClient.trusting(place.ca());
    }

    private SqlClient client(int tunnel) throws IOException {
        String host = NullAgents.tunnel(tunnel) + "." + Workplace.DOMAIN;
        return new SqlClient(tls, host, relay.postgresPort());
    }

    /**
     * How long so many small batches take, one after the other.
     *
     * @return microseconds
     */
    Histogram measure(Bulk bulk, int batches) throws Exception {
        try (SqlClient small = client(0);
                SqlClient other = client(1)) {
            Thread thread = Thread.ofPlatform().daemon().start(() -> copy(other, bulk));
            TimeUnit.MILLISECONDS.sleep(leadMillis);
            Histogram micros = new Histogram(3);
            for (int i = 0; i < batches; i++) {
                long start = System.nanoTime();
                small.query("SELECT 1");
                micros.recordValue((System.nanoTime() - start) / 1_000);
                TimeUnit.MILLISECONDS.sleep(Fairness.PAUSE_MILLIS);
            }
            if (bulk != Bulk.NONE && !thread.isAlive()) {
                throw new IOException("the bulk has ended");
            }
            return micros;
        }
    }

    private static void copy(SqlClient client, Bulk bulk) {
        try {
            while (bulk != Bulk.NONE) {
                if (bulk == Bulk.TO_AGENT) {
                    client.copyIn(COPY_BYTES);
                } else {
                    client.query("COPY " + COPY_BYTES + " TO STDOUT");
                }
            }
        } catch (IOException e) {
            // the measurement is over, or says so
        }
    }

    @Override
    public void close() {
        agents.close();
        relay.close();
        place.close();
    }
}
