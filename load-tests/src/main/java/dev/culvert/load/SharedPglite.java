package dev.culvert.load;

import dev.culvert.agent.node.NodeAgent;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** A PGlite in Node that is shared through a relay, and how clients reach it. */
final class SharedPglite implements AutoCloseable {
    private final LocalRelay relay;
    private final NodeAgent agent;

    /**
     * Shares an empty database.
     *
     * @param program the agent's
     * @param port where the agent finds the relay: its own, or that of a path to it
     */
    SharedPglite(LocalRelay relay, Path program, int port) throws IOException {
        this.relay = relay;
        agent = NodeAgent.start(program, "wss://localhost:" + port, relay.caFile());
    }

    /** What libpq's programs take for a database name. */
    String conninfo() {
        return "host="
                + agent.shared().host()
                + " hostaddr=127.0.0.1 port="
                + relay.postgresPort()
                + " dbname=postgres user="
                + agent.shared().user()
                + " sslmode=verify-full sslrootcert="
                + relay.caFile();
    }

    /** The password that goes with it, for {@code PGPASSWORD}. */
    String password() {
        return agent.shared().password();
    }

    /** A connection of pgjdbc's. */
    Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", agent.shared().user());
        properties.setProperty("password", agent.shared().password());
        properties.setProperty("sslmode", "verify-full");
        properties.setProperty("sslrootcert", relay.caFile().toString());
        properties.setProperty("socketFactory", Loopback.class.getName());
        return DriverManager.getConnection(
                "jdbc:postgresql://"
                        + agent.shared().host()
                        + ":"
                        + relay.postgresPort()
                        + "/postgres",
                properties);
    }

    @Override
    public void close() {
        agent.close();
    }
}
