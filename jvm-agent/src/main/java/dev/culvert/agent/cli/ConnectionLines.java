package dev.culvert.agent.cli;

import java.net.InetAddress;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * How to connect to a shared database from this machine, as lines to paste.
 *
 * @param name the tunnel's name
 * @param host what clients dial
 * @param resolves whether this machine can look the host up; libpq's {@code hostaddr} helps where
 *     it cannot, and JDBC takes the tunnel's name with the user instead
 * @param caFile what clients have to trust
 */
record ConnectionLines(
        String name,
        String host,
        boolean resolves,
        int port,
        String user,
        String password,
        Path caFile) {
    private static final String DATABASE = "postgres";

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
                + DATABASE
                + "?sslmode=verify-full&sslrootcert="
                + encoded(caFile.toString())
                + (resolves ? "" : "&hostaddr=127.0.0.1");
    }

    String psql() {
        return "psql \"host="
                + host
                + (resolves ? "" : " hostaddr=127.0.0.1")
                + " port="
                + port
                + " dbname="
                + DATABASE
                + " user="
                + user
                + " password="
                + password
                + " sslmode=verify-full sslrootcert='"
                + caFile
                + "'\"";
    }

    String jdbc() {
        return "jdbc:postgresql://"
                + (resolves ? host : "localhost")
                + ":"
                + port
                + "/"
                + DATABASE
                + "?user="
                + encoded(resolves ? user : user + "." + name)
                + "&password="
                + encoded(password)
                + "&sslmode=verify-full&sslrootcert="
                + encoded(caFile.toString());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
