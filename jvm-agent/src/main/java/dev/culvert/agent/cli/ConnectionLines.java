package dev.culvert.agent.cli;

import dev.culvert.agent.Share;
import java.net.InetAddress;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How to connect to a shared database from this machine, as lines to paste.
 *
 * @param name the tunnel's name
 * @param host what clients dial
 * @param resolves whether this machine can look the host up; libpq's {@code hostaddr} helps where
 *     it cannot, and JDBC takes the tunnel's name with the user instead
 * @param caFile what clients have to trust; empty where they are not told, and check nothing
 */
record ConnectionLines(
        String name,
        String host,
        boolean resolves,
        int port,
        String database,
        String user,
        String password,
        Optional<Path> caFile) {
    /** The only database that a PGlite has. */
    private static final String POSTGRES = "postgres";

    /** For a relay on this machine, whose CA clients have to trust. */
    ConnectionLines(
            String name,
            String host,
            boolean resolves,
            int port,
            String user,
            String password,
            Path caFile) {
        this(name, host, resolves, port, POSTGRES, user, password, Optional.of(caFile));
    }

    /** For the first user of a shared database; a relay elsewhere is always looked up. */
    static ConnectionLines of(Share share, String database, Optional<Path> caFile) {
        boolean local = share.host().endsWith(".localhost");
        return new ConnectionLines(
                share.name(),
                share.host(),
                !local || resolves(share.host()),
                share.port(),
                database,
                share.user(),
                share.password(),
                caFile);
    }

    /** Looks the host up to find out whether this machine can. */
    static boolean resolves(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    String url() {
        return "postgres://"
                + encoded(user)
                + ":"
                + encoded(password)
                + "@"
                + host
                + ":"
                + port
                + "/"
                + encoded(database)
                + "?"
                + tls()
                + (resolves ? "" : "&hostaddr=127.0.0.1");
    }

    String psql() {
        return "psql \"host="
                + host
                + (resolves ? "" : " hostaddr=127.0.0.1")
                + " port="
                + port
                + " dbname="
                + database
                + " user="
                + user
                + " password="
                + password
                + caFile.map(file -> " sslmode=verify-full sslrootcert='" + file + "'")
                        .orElse(" sslmode=require")
                + "\"";
    }

    String jdbc() {
        return "jdbc:postgresql://"
                + (resolves ? host : "localhost")
                + ":"
                + port
                + "/"
                + encoded(database)
                + "?user="
                + encoded(resolves ? user : user + "." + name)
                + "&password="
                + encoded(password)
                + "&"
                + tls();
    }

    /** A line for a shell or an {@code .env} file. */
    String databaseUrl() {
        return "DATABASE_URL='" + url() + "'";
    }

    private String tls() {
        return caFile.map(file -> "sslmode=verify-full&sslrootcert=" + encoded(file.toString()))
                .orElse("sslmode=require");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
