package dev.culvert.agent.upstream;

import dev.culvert.agent.differential.RealPostgres;
import dev.culvert.certs.ServerCertificate;
import dev.culvert.certs.issue.DevelopmentCa;
import dev.culvert.certs.load.PemText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/**
 * A Postgres server with TLS and users of every kind: {@code scram}, {@code md5} and {@code clear},
 * each with the password {@value #PASSWORD}, who own the database {@value #DATABASE} together.
 */
public final class UpstreamServer implements AutoCloseable {
    static final String PASSWORD = "pa:ss/wörd";
    static final String DATABASE = "shared";

    private static final String ENCODED_PASSWORD = "pa%3Ass%2Fw%C3%B6rd";

    private final RealPostgres server;
    private final Path caFile;

    private UpstreamServer(RealPostgres server, Path caFile) {
        this.server = server;
        this.caFile = caFile;
    }

    /** Starts one. */
    public static UpstreamServer start() throws Exception {
        DevelopmentCa ca =
                DevelopmentCa.openOrCreate(
                        Files.createTempDirectory("culvert-upstream").resolve("ca"),
                        Clock.systemUTC());
        ServerCertificate certificate =
                ca.serverCertificate(new LinkedHashSet<>(List.of("localhost")));
        RealPostgres server =
                RealPostgres.start(
                        Map.of(
                                "server.crt",
                                PemText.certificates(certificate.chain()),
                                "server.key",
                                PemText.privateKey(certificate.key()),
                                "pg_hba.conf",
                                """
                                host all postgres 127.0.0.1/32 trust
                                host all scram 127.0.0.1/32 scram-sha-256
                                host all md5 127.0.0.1/32 md5
                                host all clear 127.0.0.1/32 password
                                hostssl all tls 127.0.0.1/32 scram-sha-256
                                """),
                        "ssl=on",
                        "md5_password_warnings=off",
                        "max_connections=50");
        UpstreamServer made = new UpstreamServer(server, ca.caFile());
        Awaitility.await().ignoreExceptions().until(() -> made.ask("SELECT true").equals("t"));
        made.run("CREATE DATABASE " + DATABASE);
        for (String user : List.of("scram", "clear", "tls", "md5")) {
            made.run(
                    "SET password_encryption = '"
                            + (user.equals("md5") ? "md5" : "scram-sha-256")
                            + "'; CREATE ROLE "
                            + user
                            + " LOGIN SUPERUSER PASSWORD '"
                            + PASSWORD
                            + "'");
        }
        return made;
    }

    /** How the agent reaches it. */
    public String url(String user, String parameters) {
        return "postgres://"
                + user
                + ":"
                + ENCODED_PASSWORD
                + "@localhost:"
                + server.port()
                + "/"
                + DATABASE
                + (parameters.isEmpty() ? "" : "?" + parameters);
    }

    int port() {
        return server.port();
    }

    Path caFile() {
        return caFile;
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:"
                        + server.port()
                        + "/postgres?user=postgres&sslmode=disable");
    }

    /** Runs statements as the server's administrator. */
    public void run(String sql) throws SQLException {
        try (Connection connection = connect()) {
            Sql.run(connection, sql);
        }
    }

    /** The first value of a query of the server's administrator. */
    public String ask(String sql) throws SQLException {
        try (Connection connection = connect()) {
            return Sql.ask(connection, sql);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    /** Short forms of JDBC's. */
    static final class Sql {
        private Sql() {}

        static void run(Connection connection, String sql) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }

        static String ask(Connection connection, String sql) throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet result = statement.executeQuery(sql)) {
                result.next();
                return result.getString(1);
            }
        }
    }
}
