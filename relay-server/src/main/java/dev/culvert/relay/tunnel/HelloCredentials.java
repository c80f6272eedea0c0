package dev.culvert.relay.tunnel;

import dev.culvert.front.backend.Credential;
import dev.culvert.front.backend.Credentials;
import dev.culvert.front.backend.Proof;
import dev.culvert.front.limit.Cidr;
import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.wire.md5.Md5Verifier;
import dev.culvert.wire.scram.ScramVerifier;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** What a HELLO says about who may connect, checked. */
final class HelloCredentials {
    private HelloCredentials() {}

    /**
     * Reads them.
     *
     * @throws IllegalArgumentException when this relay does not take them; the text is for the
     *     agent's owner and holds no secret
     */
    static Credentials of(Frame.Hello hello, TunnelSettings settings) {
        Map<String, Credential> users = new HashMap<>();
        for (Frame.User user : hello.users()) {
            Long expires = user.expires();
            Credential credential =
                    new Credential(
                            permitted(proof(user), user, settings),
                            expires == null ? null : Instant.ofEpochSecond(expires));
            if (users.put(user.name(), credential) != null) {
                throw new IllegalArgumentException("a user is named twice: " + user.name());
            }
        }
        return Credentials.of(users, hello.allow().stream().map(Cidr::parse).toList());
    }

    private static Proof permitted(Proof proof, Frame.User user, TunnelSettings settings) {
        boolean permitted =
                switch (proof) {
                    case Proof.None _ -> settings.allowNoPassword();
                    case Proof.Md5 _ -> settings.allowMd5();
                    case Proof.Scram _ -> true;
                };
        if (!permitted) {
            throw new IllegalArgumentException(
                    proof instanceof Proof.None
                            ? "this relay permits no users without a password: " + user.name()
                            : "this relay permits no MD5 hashes, but SCRAM verifiers: "
                                    + user.name());
        }
        return proof;
    }

    private static Proof proof(Frame.User user) {
        String verifier = user.verifier();
        if (verifier == null) {
            return new Proof.None();
        }
        try {
            return Md5Verifier.isIntended(verifier)
                    ? new Proof.Md5(Md5Verifier.parse(verifier))
                    : new Proof.Scram(ScramVerifier.parse(verifier));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("malformed verifier of user " + user.name());
        }
    }
}
