package dev.culvert.agent.serve;

import dev.culvert.front.backend.SessionTimeouts;
import dev.culvert.front.listen.TlsContexts;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;

/**
 * Where and how a PGlite is served; on TCP, on a Unix socket, or on both.
 *
 * @param bind the address to listen on; empty for no TCP
 * @param ports of which the first free one is taken; on a Unix socket the first
 * @param socketFolder where the Unix socket is; empty for none
 * @param durable whether a commit waits for the disk
 * @param contexts empty where {@code tls} is off
 */
public record ServeSettings(
        Optional<String> bind,
        Ports ports,
        Optional<Path> socketFolder,
        String user,
        Access access,
        Mode mode,
        SessionTimeouts timeouts,
        boolean durable,
        Tls tls,
        Optional<TlsContexts> contexts) {

    /** From the first to the last, both included; 0 for any. */
    public record Ports(int first, int last) {}

    /** Who may log in. */
    public sealed interface Access {
        /** Whoever can connect. */
        record Anybody() implements Access {}

        /** Who knows the password. */
        record Password(String password) implements Access {
            private static final int BYTES = 18;

            /** A password of 144 random bits, of characters that need no escaping. */
            public static Password random() {
                byte[] bytes = new byte[BYTES];
                new SecureRandom().nextBytes(bytes);
                return new Password(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
            }

            /** Leaves the password out. */
            @Override
            public String toString() {
                return "Password[]";
            }
        }
    }

    /** What becomes of a second client. */
    public enum Mode {
        /** It is refused. */
        EXCLUSIVE,
        /** It waits for its turn. */
        QUEUE
    }

    /** Whether connections are encrypted. */
    public enum Tls {
        /** None is. */
        OFF,
        /** Those of clients that ask for it. */
        OFFERED,
        /** All are. */
        REQUIRED
    }

    /** Refuses what does not go together. */
    public ServeSettings {
        if (bind.isEmpty() && socketFolder.isEmpty()) {
            throw new IllegalArgumentException("there is neither an address nor a socket");
        }
        if ((tls == Tls.OFF) != contexts.isEmpty()) {
            throw new IllegalArgumentException("TLS needs certificates, and nothing else does");
        }
    }
}
