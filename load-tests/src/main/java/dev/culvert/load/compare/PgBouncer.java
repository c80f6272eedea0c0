package dev.culvert.load.compare;

import dev.culvert.load.process.Child;
import dev.culvert.load.process.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Debian's PgBouncer in front of a server, with TLS on both sides. */
final class PgBouncer implements Contender {
    private final String name;
    private final Contender server;
    private final Child pooler;
    private final int port;

    /**
     * Starts it.
     *
     * @param server is not closed with it
     */
    PgBouncer(Workplace place, String name, Contender server) throws Exception {
        this.name = name;
        this.server = server;
        port = Postgres.freePort();
        Address behind = server.address(0);
        Path home = Files.createDirectory(place.path("pgbouncer-" + port));
        Files.copy(place.certificate(), home.resolve("server.crt"));
        Files.copy(place.key(), home.resolve("server.key"));
        Files.writeString(
                home.resolve("users.txt"),
                "\"%s\" \"%s\"%n".formatted(Postgres.USER, Postgres.PASSWORD));
        Files.writeString(
                home.resolve("pgbouncer.ini"),
                """
                [databases]
                postgres = host=127.0.0.1 port=%1$d user=%2$s password=%3$s

                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %5$d
                unix_socket_dir =
                auth_type = scram-sha-256
                auth_file = %4$s/users.txt
                pool_mode = session
                max_client_conn = 200
                default_pool_size = 100
                client_tls_sslmode = require
                client_tls_cert_file = %4$s/server.crt
                client_tls_key_file = %4$s/server.key
                server_tls_sslmode = require
                """
                        .formatted(behind.port(), behind.user(), behind.password(), home, port));
        Workplace.giveAway(home);
        pooler =
                Child.start(
                        Workplace.unprivileged(
                                List.of(program(), "-q", home.resolve("pgbouncer.ini").toString())),
                        Map.of(),
                        place.log("pgbouncer-" + port));
        Psql.awaitAnswer(this);
    }

    private static String program() throws IOException {
        Path program = Path.of("/usr/sbin/pgbouncer");
        if (!Files.exists(program)) {
            throw new IOException("no PgBouncer: install pgbouncer");
        }
        return program.toString();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Address address(int client) {
        return new Address("localhost", port, Postgres.USER, Postgres.PASSWORD);
    }

    @Override
    public long pid() {
        return pooler.pid();
    }

    @Override
    public List<Long> servers() {
        return server.servers();
    }

    @Override
    public boolean isInTheMiddle() {
        return true;
    }

    @Override
    public String copyOut(long bytes) {
        return server.copyOut(bytes);
    }

    @Override
    public String copyIn() {
        return server.copyIn();
    }

    @Override
    public void close() {
        pooler.close();
    }
}
