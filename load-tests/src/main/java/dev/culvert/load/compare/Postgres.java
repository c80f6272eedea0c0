package dev.culvert.load.compare;

import dev.culvert.load.process.Child;
import dev.culvert.load.process.Workplace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Debian's Postgres server over TLS: the floor of what proxies in front of it can reach. */
final class Postgres implements Contender {
    /** Its user, and the password of clients that log in with SCRAM. */
    static final String USER = "bench";

    static final String PASSWORD = "bench";

    private static final int START_TRIES = 100;
    private static final int START_MILLIS = 100;

    private final Child server;
    private final int port;

    Postgres(Workplace place) throws Exception {
        Path bin = newestBin();
        Path data = place.path("postgres");
        Path passwordFile = place.path("postgres.password");
        Files.writeString(passwordFile, PASSWORD);
        run(
                place,
                bin.resolve("initdb").toString(),
                "-D",
                data.toString(),
                "-U",
                USER,
                "-A",
                "scram-sha-256",
                "--pwfile=" + passwordFile,
                "--no-sync");
        Files.copy(place.certificate(), data.resolve("server.crt"));
        Files.copy(place.key(), data.resolve("server.key"));
        Workplace.giveAway(data);
        port = freePort();
        server =
                Child.start(
                        Workplace.unprivileged(
                                List.of(
                                        bin.resolve("postgres").toString(),
                                        "-D",
                                        data.toString(),
                                        "-p",
                                        Integer.toString(port),
                                        "-k",
                                        place.path("").toString(),
                                        "-c",
                                        "ssl=on",
                                        "-c",
                                        "fsync=off",
                                        "-c",
                                        "max_connections=200",
                                        "-c",
                                        "autovacuum=off",
                                        "-c",
                                        "max_wal_size=4GB")),
                        Map.of(),
                        place.log("postgres"));
        createTable();
    }

    private void createTable() throws Exception {
        for (int i = 0; i < START_TRIES; i++) {
            try {
                Psql.run(this, 0, "CREATE UNLOGGED TABLE IF NOT EXISTS taken (row text)");
                return;
            } catch (IOException e) {
                if (i == START_TRIES - 1) {
                    throw e;
                }
                Thread.sleep(START_MILLIS);
            }
        }
    }

    int port() {
        return port;
    }

    @Override
    public String name() {
        return "Postgres, direct";
    }

    @Override
    public Address address(int client) {
        return new Address("localhost", port, USER, PASSWORD);
    }

    @Override
    public long pid() {
        return server.pid();
    }

    @Override
    public List<Long> servers() {
        return List.of(server.pid());
    }

    @Override
    public boolean isInTheMiddle() {
        return false;
    }

    @Override
    public String copyOut(long bytes) {
        return rows(bytes);
    }

    /** Rows as wide as the null backend's. */
    private static String rows(long bytes) {
        return "COPY (SELECT repeat('x', 96) FROM generate_series(1, "
                + bytes / (96 + 1)
                + ")) TO STDOUT";
    }

    @Override
    public String copyIn() {
        return "COPY taken FROM STDIN";
    }

    @Override
    public void close() {
        server.close();
    }

    private static void run(Workplace place, String... command) throws Exception {
        Process process =
                new ProcessBuilder(Workplace.unprivileged(List.of(command)))
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(place.log("initdb").toFile()))
                        .start();
        if (process.waitFor() != 0) {
            throw new IOException(Files.readString(place.log("initdb")));
        }
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Path newestBin() throws IOException {
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(bin -> Files.exists(bin.resolve("initdb")))
                    .max(Path::compareTo)
                    .orElseThrow(() -> new IOException("no Postgres server: install postgresql"));
        }
    }
}
