package dev.culvert.load.pglite;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.culvert.agent.node.NodeAgent;
import dev.culvert.load.Loopback;
import dev.culvert.load.process.Child;
import dev.culvert.load.process.RelayChild;
import dev.culvert.load.process.Workplace;
import dev.culvert.load.report.Report;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The whole path from a client through relay and agent to PGlite, beside PGlite alone with the same
 * batch: how much of what a client waits is PGlite's own.
 */
@Command(
        name = "whole-path",
        mixinStandardHelpOptions = true,
        description = "What a client waits for, and PGlite's own share of it.")
public final class WholePath implements Callable<Integer> {
    private static final String ALONE = "PGlite alone, µs";
    private static final String THROUGH = "client, relay, agent, PGlite, µs";
    private static final String SHARE = "PGlite's share, %";
    private static final int QUERY_HEAD = 5;

    @Option(names = "--jar", required = true, description = "The program culvert, as a jar.")
    private Path jar = Path.of("");

    @Option(names = "--agent", required = true, description = "The Node agent's program.")
    private Path agent = Path.of("");

    @Option(names = "--package", required = true, description = "Folder of PGlite's npm package.")
    private Path npmPackage = Path.of("");

    /** Where a PGlite runs. */
    enum Where {
        NODE,
        JVM,
        CHROMIUM
    }

    @Option(
            names = "--where",
            split = ",",
            description = "Any of ${COMPLETION-CANDIDATES}; all unless given.")
    private Set<Where> where = EnumSet.allOf(Where.class);

    @Option(names = "--rounds", defaultValue = "5", description = "Rounds (${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--millis",
            defaultValue = "1000",
            description = "Of each statement, alone and through the relay (${DEFAULT-VALUE}).")
    private int millis;

    @Option(
            names = "--warm-up",
            defaultValue = "3000",
            description = "Milliseconds of each statement before that (${DEFAULT-VALUE}).")
    private int warmUpMillis;

    @Option(names = "--json", description = "A file for the figures of every round.")
    private @Nullable Path json;

    private final Report report = new Report("whole-path");

    /** Runs the program. */
    public static void main(String[] args) {
        System.exit(
                new CommandLine(new WholePath())
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .execute(args));
    }

    /** Where a client finds a shared database. */
    private record Target(String host, int port, String user, String password, Path ca) {
        Connection connect() throws SQLException {
            Properties properties = new Properties();
            properties.setProperty("user", user);
            properties.setProperty("password", password);
            properties.setProperty("sslmode", "verify-full");
            properties.setProperty("sslrootcert", ca.toString());
            properties.setProperty("socketFactory", Loopback.class.getName());
            properties.setProperty("preferQueryMode", "simple");
            return DriverManager.getConnection(
                    "jdbc:postgresql://" + host + ":" + port + "/postgres", properties);
        }
    }

    @Override
    public Integer call() throws Exception {
        Path folder = agent.toAbsolutePath().resolve("../..").normalize();
        List<String> page = List.of("-Dculvert.web-root=" + folder.resolve("dist-web"));
        try (Workplace place = new Workplace();
                RelayChild relay = new RelayChild(place, jar, page, List.of())) {
            for (Where each : where) {
                switch (each) {
                    case NODE -> node(place, relay);
                    case JVM -> jvm(place, relay);
                    case CHROMIUM -> chromium(place, relay, folder);
                }
            }
        }
        report.finish(json);
        return 0;
    }

    private void node(Workplace place, RelayChild relay) throws Exception {
        String url = relay.agentsUrl().toString();
        try (Side alone = ChildSide.inNode(npmPackage);
                NodeAgent node = NodeAgent.start(agent, url, place.ca())) {
            NodeAgent.Shared shared = node.shared();
            compare(
                    "PGlite in Node",
                    alone,
                    new Target(
                            shared.host(),
                            relay.postgresPort(),
                            shared.user(),
                            shared.password(),
                            place.ca()));
        }
    }

    private void jvm(Workplace place, RelayChild relay) throws Exception {
        try (Side alone = ChildSide.inJvm();
                Child share = share(place, relay)) {
            JsonNode shared = shared(share);
            compare(
                    "PGlite in the JVM",
                    alone,
                    new Target(
                            shared.path("host").asText(),
                            relay.postgresPort(),
                            shared.path("user").asText(),
                            shared.path("password").asText(),
                            place.ca()));
        }
    }

    private void chromium(Workplace place, RelayChild relay, Path folder) throws Exception {
        int port = relay.agentsUrl().getPort();
        try (ChildSide alone = ChildSide.inChromium(folder, port, place.ca(), Workplace.DOMAIN)) {
            URI shared = alone.share();
            String[] login = shared.getUserInfo().split(":", 2);
            compare(
                    "PGlite in Chromium",
                    alone,
                    new Target(
                            shared.getHost(),
                            relay.postgresPort(),
                            login[0],
                            login[1],
                            place.ca()));
        }
    }

    private Child share(Workplace place, RelayChild relay) throws IOException {
        return Child.start(
                List.of(
                        Workplace.JAVA,
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-jar",
                        jar.toString(),
                        "share",
                        "--json",
                        "--memory",
                        "--relay",
                        relay.agentsUrl().toString(),
                        "--ca",
                        place.ca().toString()),
                Map.of(),
                place.log("share"));
    }

    private static JsonNode shared(Child share) throws IOException {
        while (true) {
            JsonNode event = new ObjectMapper().readTree(share.line());
            if (event.path("event").asText().equals("shared")) {
                return event;
            }
        }
    }

    private void compare(String table, Side alone, Target target) throws Exception {
        try (Connection connection = target.connect();
                Statement statement = connection.createStatement()) {
            List<Integer> timed = new ArrayList<>();
            for (int number = 0; number < SpeedCase.ALL.size(); number++) {
                SpeedCase each = SpeedCase.ALL.get(number);
                if (!isQuery(each)) {
                    continue;
                }
                if (each.timed()) {
                    timed.add(number);
                    alone.time(number, warmUpMillis);
                    time(statement, sql(each), warmUpMillis);
                } else {
                    alone.once(number);
                    statement.execute(sql(each));
                }
            }
            for (int round = 0; round < rounds; round++) {
                for (int number : timed) {
                    SpeedCase each = SpeedCase.ALL.get(number);
                    double own = alone.time(number, millis);
                    double whole = time(statement, sql(each), millis);
                    report.add(table, each.name(), ALONE, own);
                    report.add(table, each.name(), THROUGH, whole);
                    report.add(table, each.name(), SHARE, 100 * own / whole);
                }
            }
        }
    }

    private static boolean isQuery(SpeedCase each) {
        return each.batch()[0] == 'Q';
    }

    private static String sql(SpeedCase each) {
        int length = each.batch().length - QUERY_HEAD - 1;
        return new String(each.batch(), QUERY_HEAD, length, StandardCharsets.UTF_8);
    }

    /** The median in microseconds. */
    private static double time(Statement statement, String sql, int millis) throws SQLException {
        List<Long> samples = new ArrayList<>();
        long end = System.nanoTime() + millis * 1_000_000L;
        do {
            long start = System.nanoTime();
            statement.execute(sql);
            samples.add(System.nanoTime() - start);
        } while (System.nanoTime() < end);
        samples.sort(null);
        return samples.get(samples.size() / 2) / 1_000.0;
    }
}
