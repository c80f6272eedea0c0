package dev.culvert.agent.it;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** pgjdbc with {@code sslmode=verify-full}, by the tunnel's own host name. */
final class Jdbc {
    private Jdbc() {}

    static Properties properties(SharedDatabase database) {
        Properties properties = new Properties();
        properties.setProperty("user", database.shared().user());
        properties.setProperty("password", database.shared().password());
        properties.setProperty("sslmode", "verify-full");
        properties.setProperty("sslrootcert", database.caFile().toString());
        properties.setProperty("socketFactory", LoopbackSocketFactory.class.getName());
        properties.setProperty("loginTimeout", "20");
        properties.setProperty("socketTimeout", "60");
        return properties;
    }

    static Connection connect(SharedDatabase database) throws SQLException {
        return connect(database, properties(database));
    }

    static Connection connect(SharedDatabase database, Properties properties) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://"
                        + database.shared().host()
                        + ":"
                        + database.port()
                        + "/postgres",
                properties);
    }
}
