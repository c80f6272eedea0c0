package dev.culvert.load;

import dev.culvert.agent.node.NodeAgent;
import dev.culvert.load.process.SlowPath;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Properties;

/** One session with a PGlite in Node that is far away from the relay. */
final class LongPath implements AutoCloseable {
    private final SlowPath path;
    private final NodeAgent agent;
    private final Connection connection;

    LongPath(LocalRelay relay, Path program, int roundTripMillis) throws Exception {
        path = new SlowPath(relay.httpsPort(), 1e9, roundTripMillis);
        agent = NodeAgent.start(program, "wss://localhost:" + path.port(), relay.caFile());
        Properties properties = new Properties();
        properties.setProperty("user", agent.shared().user());
        properties.setProperty("password", agent.shared().password());
        properties.setProperty("sslmode", "verify-full");
        properties.setProperty("sslrootcert", relay.caFile().toString());
        properties.setProperty("socketFactory", Loopback.class.getName());
        connection =
                DriverManager.getConnection(
                        "jdbc:postgresql://"
                                + agent.shared().host()
                                + ":"
                                + relay.postgresPort()
                                + "/postgres",
                        properties);
    }

    /** A value of so many MB; returns MB/s from the question to the last byte. */
    double download(int megabytes) throws SQLException {
        long start = System.nanoTime();
        try (PreparedStatement statement = connection.prepareStatement("SELECT repeat('x', ?)")) {
            statement.setInt(1, megabytes * 1_000_000);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
            }
        }
        return megabytes / ((System.nanoTime() - start) / 1e9);
    }

    /** A parameter of so many MB; returns MB/s until the answer is there. */
    double upload(int megabytes) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT length(?)")) {
            statement.setBytes(1, new byte[megabytes * 1_000_000]);
            long start = System.nanoTime();
            try (ResultSet result = statement.executeQuery()) {
                result.next();
            }
            return megabytes / ((System.nanoTime() - start) / 1e9);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
        agent.close();
        path.close();
    }
}
