package dev.culvert.relay.console;

import dev.culvert.front.backend.Backend;
import dev.culvert.front.backend.BackendEvents;
import dev.culvert.front.backend.BackendSession;
import dev.culvert.front.backend.Credential;
import dev.culvert.front.backend.Credentials;
import dev.culvert.front.backend.SessionRequest;
import dev.culvert.front.backend.SessionTimeouts;
import dev.culvert.front.sharing.Sharing;
import dev.culvert.relay.admin.Operations;
import dev.culvert.relay.config.AdminSettings;
import dev.culvert.wire.scram.ScramVerifier;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The relay's own place among the names of its tunnels, where operators type commands instead of
 * SQL: {@code psql "host=admin.relay.example user=admin"}, the password being the admin token. The
 * front lets them in like everybody: by SCRAM, and with the same delays after wrong passwords.
 */
public final class Console implements Backend {
    /** Who logs in. */
    public static final String USER = "admin";

    /** Operators at a time. */
    static final int MAX_SESSIONS = 16;

    private static final int SALT_BYTES = 16;

    private static final SessionTimeouts TIMEOUTS =
            new SessionTimeouts(
                    Duration.ofHours(1),
                    Duration.ofHours(1),
                    Optional.empty(),
                    Duration.ofMinutes(1));

    private final Vertx vertx;
    private final String name;
    private final Commands commands;
    private final Credentials credentials;
    private final Sharing sharing = new SharedByFew(MAX_SESSIONS);

    /** A console; makes a SCRAM verifier of its token, which takes some milliseconds. */
    public Console(Vertx vertx, AdminSettings.Console settings, Operations operations) {
        this.vertx = vertx;
        this.name = settings.name();
        this.commands = new Commands(operations);
        byte[] salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        this.credentials =
                Credentials.of(
                        Map.of(
                                USER,
                                Credential.of(
                                        ScramVerifier.fromPassword(
                                                settings.token(),
                                                salt,
                                                ScramVerifier.DEFAULT_ITERATIONS))),
                        List.of());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Credentials credentials() {
        return credentials;
    }

    @Override
    public Sharing sharing() {
        return sharing;
    }

    @Override
    public boolean appliesStartupParameters() {
        return true;
    }

    @Override
    public SessionTimeouts timeouts() {
        return TIMEOUTS;
    }

    @Override
    public BackendSession open(SessionRequest request, BackendEvents events) {
        return new ConsoleSession(vertx, commands, request, events);
    }
}
