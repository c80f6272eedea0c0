package dev.culvert.agent.serve;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How to connect to a served database from this machine.
 *
 * @param socketFolder of the Unix socket, when it is that; the host means nothing then
 * @param host the address that the server listens on
 */
public record ConnectionUri(
        Optional<String> socketFolder,
        String host,
        int port,
        String user,
        Optional<String> password,
        ServeSettings.Tls tls) {
    private static final String DATABASE = "postgres";

    /** An address that stands for all is reached by the loopback interface. */
    public ConnectionUri {
        host =
                switch (host) {
                    case "0.0.0.0" -> "127.0.0.1";
                    case "::", "[::]" -> "::1";
                    default -> host;
                };
    }

    /** As libpq and most drivers read it. */
    public String url() {
        String login = encoded(user) + password.map(text -> ":" + encoded(text)).orElse("");
        return socketFolder
                .map(folder ->
                        "postgres://"
                                + login
                                + "@/"
                                + DATABASE
                                + "?host="
                                + encoded(folder)
                                + "&port="
                                + port)
                .orElseGet(() ->
                        "postgres://"
                                + login
                                + "@"
                                + hostInUrl()
                                + ":"
                                + port
                                + "/"
                                + DATABASE
                                + "?sslmode="
                                + sslMode());
    }

    /** As pgjdbc reads it; empty for a Unix socket, which that knows nothing of. */
    public Optional<String> jdbc() {
        return socketFolder.isPresent()
                ? Optional.empty()
                : Optional.of(
                        "jdbc:postgresql://"
                                + hostInUrl()
                                + ":"
                                + port
                                + "/"
                                + DATABASE
                                + "?user="
                                + encoded(user)
                                + password.map(text -> "&password=" + encoded(text)).orElse("")
                                + "&sslmode="
                                + sslMode());
    }

    /** A command to paste. */
    public String psql() {
        return "psql '" + url().replace("'", "'\\''") + "'";
    }

    /** What libpq, and programs that take a URL, find in their environment. */
    public Map<String, String> environment() {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("DATABASE_URL", url());
        variables.put("PGHOST", socketFolder.orElse(host));
        variables.put("PGPORT", Integer.toString(port));
        variables.put("PGUSER", user);
        variables.put("PGDATABASE", DATABASE);
        if (socketFolder.isEmpty()) {
            variables.put("PGSSLMODE", sslMode());
        }
        password.ifPresent(text -> variables.put("PGPASSWORD", text));
        return variables;
    }

    private String sslMode() {
        return switch (tls) {
            case OFF -> "disable";
            case OFFERED -> "prefer";
            case REQUIRED -> "require";
        };
    }

    private String hostInUrl() {
        return host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
