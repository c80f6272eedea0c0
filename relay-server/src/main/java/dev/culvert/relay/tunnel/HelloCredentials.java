package dev.culvert.relay.tunnel;

import dev.culvert.front.backend.Credential;
import dev.culvert.front.backend.Credentials;
import dev.culvert.front.limit.Cidr;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.wire.scram.ScramVerifier;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a HELLO says about who may connect, checked. */
final class HelloCredentials {
    private HelloCredentials() {}

    /**
     * Reads them.
     *
     * @throws IllegalArgumentException when this relay does not take them; the text is for the
     *     agent's owner and holds no secret
     */
    static Credentials of(Frame.Hello hello, boolean allowNoPassword) {
        Map<String, Credential> users = new HashMap<>();
        for (Frame.User user : hello.users()) {
            if (user.verifier() == null && !allowNoPassword) {
                throw new IllegalArgumentException(
                        "this relay permits no users without a password: " + user.name());
            }
            Long expires = user.expires();
            Credential credential =
                    new Credential(
                            verifier(user),
                            expires == null ? null : Instant.ofEpochSecond(expires));
            if (users.put(user.name(), credential) != null) {
                throw new IllegalArgumentException("a user is named twice: " + user.name());
            }
        }
        return Credentials.of(users, hello.allow().stream().map(Cidr::parse).toList());
    }

    private static @Nullable ScramVerifier verifier(Frame.User user) {
        try {
            return user.verifier() == null ? null : ScramVerifier.parse(user.verifier());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("malformed verifier of user " + user.name());
        }
    }
}
