package dev.culvert.agent.serve;

import dev.culvert.front.backend.Credential;
import dev.culvert.front.backend.Credentials;
import dev.culvert.front.backend.Proof;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.front.sharing.ExclusiveSharing;
import dev.culvert.front.sharing.QueueSharing;
import dev.culvert.front.sharing.Sharing;
import dev.culvert.pglite.PGlite;
import dev.culvert.pglite.PGliteOptions;
import dev.culvert.server.BackendSettings;
import dev.culvert.server.PGliteBackend;
import dev.culvert.server.PGliteServer;
import dev.culvert.wire.scram.ScramVerifier;
import java.net.BindException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** A PGlite with a server in front of it, and how to reach that. */
public final class LocalServer implements AutoCloseable {
    private static final int MAX_WAITING = 100;
    private static final int SALT_BYTES = 16;

    /** Postgres' own default. */
    private static final int ITERATIONS = 4_096;

    private final PGliteBackend backend;
    private final PGliteServer server;
    private final ServeSettings settings;

    private LocalServer(PGliteBackend backend, PGliteServer server, ServeSettings settings) {
        this.backend = backend;
        this.server = server;
        this.settings = settings;
    }

    /**
     * Opens a database and serves it. Throws {@link BindException} when no port is free, or a
     * socket in use.
     *
     * @param folder of the database; empty for one in memory
     * @param onStopped hears why the database has come to its end by itself, and for good
     */
    public static LocalServer start(
            Optional<Path> folder,
            ServeSettings settings,
            FrontObserver observer,
            Consumer<String> onStopped) {
        PGliteOptions options = PGliteOptions.defaults().withDurable(settings.durable());
        PGlite database =
                folder.map(path -> PGlite.open(path, options)).orElseGet(PGlite::inMemory);
        BackendSettings shared =
                BackendSettings.of(credentials(settings))
                        .withSharing(sharing(settings.mode()), settings.timeouts())
                        .withOnStopped(onStopped);
        PGliteBackend backend =
                new PGliteBackend(
                        database,
                        folder.map(path -> shared.withReopen(() -> PGlite.open(path, options)))
                                .orElse(shared));
        try {
            return new LocalServer(backend, listen(backend, settings, observer), settings);
        } catch (Throwable e) {
            database.close();
            throw e;
        }
    }

    private static PGliteServer listen(
            PGliteBackend backend, ServeSettings settings, FrontObserver observer) {
        ServeSettings.Ports ports = settings.ports();
        int port = ports.first();
        while (true) {
            try {
                return PGliteServer.start(
                        backend,
                        listeners(settings, port),
                        settings.contexts().orElse(null),
                        observer);
            } catch (Throwable e) {
                // not declared: it is what a future has failed with
                if (!(e instanceof BindException) || port >= ports.last()) {
                    throw e;
                }
                port++;
            }
        }
    }

    private static List<FrontSettings> listeners(ServeSettings settings, int port) {
        List<FrontSettings> listeners = new ArrayList<>();
        settings.bind()
                .ifPresent(address ->
                        listeners.add(
                                FrontSettings.on(address, port)
                                        .withTlsRequired(
                                                settings.tls() == ServeSettings.Tls.REQUIRED)));
        settings.socketFolder()
                .ifPresent(socket ->
                        listeners.add(
                                FrontSettings.on(socket.toString(), settings.ports().first())
                                        .withTlsRequired(false)));
        return listeners;
    }

    private static Credentials credentials(ServeSettings settings) {
        Proof proof =
                switch (settings.access()) {
                    case ServeSettings.Access.Anybody _ -> new Proof.None();
                    case ServeSettings.Access.Password(String password) -> {
                        byte[] salt = new byte[SALT_BYTES];
                        new SecureRandom().nextBytes(salt);
                        yield new Proof.Scram(
                                ScramVerifier.fromPassword(password, salt, ITERATIONS));
                    }
                };
        return Credentials.of(Map.of(settings.user(), new Credential(proof, null)), List.of());
    }

    private static Sharing sharing(ServeSettings.Mode mode) {
        return switch (mode) {
            case EXCLUSIVE -> new ExclusiveSharing();
            case QUEUE -> new QueueSharing(MAX_WAITING);
        };
    }

    /** How to connect: by TCP where it listens there, and else by the socket. */
    public ConnectionUri uri() {
        return new ConnectionUri(
                settings.socketFolder().map(Path::toString).filter(_ -> settings.bind().isEmpty()),
                settings.bind().orElse("localhost"),
                server.ports().getFirst(),
                settings.user(),
                settings.access() instanceof ServeSettings.Access.Password(String password)
                        ? Optional.of(password)
                        : Optional.empty(),
                settings.tls());
    }

    /** Where it listens, for texts. */
    public String place() {
        List<String> places = new ArrayList<>();
        settings.bind().ifPresent(bind -> places.add(bind + " port " + server.ports().getFirst()));
        settings.socketFolder()
                .ifPresent(folder ->
                        places.add(
                                folder.resolve(".s.PGSQL." + server.ports().getLast()).toString()));
        return String.join(" and ", places);
    }

    /** Ends sessions, and closes the database as a server does. */
    @Override
    public void close() {
        Optional<PGlite> database = backend.database();
        server.close();
        database.ifPresent(PGlite::close);
    }
}
