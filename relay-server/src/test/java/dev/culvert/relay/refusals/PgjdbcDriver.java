package dev.culvert.relay.refusals;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Properties;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** pgjdbc. */
final class PgjdbcDriver implements Driver {
    @Override
    public Shown refusal(RefusingRelay relay, Login login) {
        try (Connection _ = connect(relay, login)) {
            throw new AssertionError("nobody was refused");
        } catch (SQLException e) {
            return shown(e);
        }
    }

    @Override
    public Shown ending(RefusingRelay relay, Login login, String statement, Scenario.Step end)
            throws Exception {
        try (Connection connection = connect(relay, login);
                Statement statements = connection.createStatement()) {
            statements.execute(statement);
            relay.agent().awaitStatement();
            end.run(relay);
            relay.awaitEnding();
            try {
                statements.execute("SELECT 2");
            } catch (SQLException e) {
                return shown(e);
            }
        }
        throw new AssertionError("the session goes on");
    }

    static Connection connect(RefusingRelay relay, Login login) throws SQLException {
        Properties properties = new Properties();
        login.parameters()
                .forEach((name, value) -> {
                    if (!name.equals(Login.HOST)) {
                        // pgjdbc wants the key as DER, which stands beside libpq's
                        properties.setProperty(
                                name,
                                name.equals("sslkey") ? value.replace(".key", ".pk8") : value);
                    }
                });
        properties.putAll(
                Map.of(
                        "socketFactory", LoopbackSocketFactory.class.getName(),
                        "assumeMinServerVersion", "18",
                        "preferQueryMode", "simple",
                        "gssEncMode", "disable",
                        "loginTimeout", "20",
                        "socketTimeout", "20"));
        return DriverManager.getConnection(
                "jdbc:postgresql://" + login.get(Login.HOST) + ":" + relay.port() + "/postgres",
                properties);
    }

    private static Shown shown(SQLException failure) {
        ServerErrorMessage error =
                failure instanceof PSQLException ours ? ours.getServerErrorMessage() : null;
        if (error == null || !"FATAL".equals(error.getSeverity())) {
            throw new AssertionError("pgjdbc shows no error of the server", failure);
        }
        String message = error.getMessage();
        if (message == null || !String.valueOf(failure.getMessage()).contains(message)) {
            throw new AssertionError("pgjdbc shows another text", failure);
        }
        return new Shown(failure.getSQLState(), message, error.getDetail(), error.getHint());
    }

    @Override
    public String toString() {
        return "pgjdbc";
    }
}
