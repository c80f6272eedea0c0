package dev.culvert.load.compare;

import dev.culvert.load.Loopback;
import dev.culvert.load.process.Child;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.HdrHistogram.Histogram;

/**
 * {@code SELECT 1} with pgjdbc, one connection, one after the other. (pgbench looks at its clock
 * too seldom for answers that take microseconds.)
 */
final class Latency {
    /** How statements are sent. */
    enum Protocol {
        SIMPLE("simple", 0),
        /** Parse, Bind, Describe, Execute and Sync each time. */
        EXTENDED("extended", 0),
        /** Bind, Execute and Sync of a statement that was prepared. */
        PREPARED("extended", 1);

        private final String mode;
        private final int prepareThreshold;

        Protocol(String mode, int prepareThreshold) {
            this.mode = mode;
            this.prepareThreshold = prepareThreshold;
        }

        /** For tables. */
        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final long MAX_NANOS = 60_000_000_000L;
    private static final double NANOS_PER_MICRO = 1_000;

    private final Protocol protocol;
    private final double seconds;

    Latency(Protocol protocol, double seconds) {
        this.protocol = protocol;
        this.seconds = seconds;
    }

    Map<Figure, Double> run(Contender contender) throws SQLException {
        Histogram nanos = new Histogram(MAX_NANOS, 3);
        double cpu = 0;
        try (Connection connection = connect(contender);
                PreparedStatement statement = connection.prepareStatement("SELECT 1")) {
            for (int i = 0; i < 100; i++) {
                query(statement);
            }
            double cpuBefore = Child.cpuSeconds(contender.pid());
            long end = System.nanoTime() + (long) (seconds * 1e9);
            for (long before = System.nanoTime(); before < end; ) {
                query(statement);
                long now = System.nanoTime();
                nanos.recordValue(now - before);
                before = now;
            }
            cpu = Child.cpuSeconds(contender.pid()) - cpuBefore;
        }
        Map<Figure, Double> found = new EnumMap<>(Figure.class);
        found.put(Figure.P50_MICROS, nanos.getValueAtPercentile(50) / NANOS_PER_MICRO);
        found.put(Figure.P99_MICROS, nanos.getValueAtPercentile(99) / NANOS_PER_MICRO);
        if (contender.isInTheMiddle()) {
            found.put(Figure.CPU_MICROS_PER_TRANSACTION, cpu * 1e6 / nanos.getTotalCount());
        }
        return found;
    }

    private static void query(PreparedStatement statement) throws SQLException {
        try (ResultSet result = statement.executeQuery()) {
            if (!result.next() || result.getInt(1) != 1) {
                throw new SQLException("the answer is not 1");
            }
        }
    }

    private Connection connect(Contender contender) throws SQLException {
        Contender.Address address = contender.address(0);
        Properties properties = new Properties();
        properties.setProperty("user", address.user());
        properties.setProperty("password", address.password());
        properties.setProperty("sslmode", "require");
        properties.setProperty("socketFactory", Loopback.class.getName());
        // the null backend knows text only
        properties.setProperty("binaryTransfer", "false");
        properties.setProperty("preferQueryMode", protocol.mode);
        properties.setProperty("prepareThreshold", Integer.toString(protocol.prepareThreshold));
        return DriverManager.getConnection(
                "jdbc:postgresql://" + address.host() + ":" + address.port() + "/postgres",
                properties);
    }
}
