package dev.culvert.front.login;

import dev.culvert.front.backend.Credential;
import dev.culvert.front.backend.Credentials;
import dev.culvert.front.backend.Proof;
import dev.culvert.front.backend.Route;
import dev.culvert.wire.md5.Md5Verifier;
import dev.culvert.wire.scram.MockVerifier;
import dev.culvert.wire.scram.ScramVerifier;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Who a client says it is, at the backend that it wants.
 *
 * <p>An unknown user gets a mock verifier: the same for the same name at the same backend, of a
 * kind and with as many iterations as real users have there. An expired user keeps the verifier it
 * had, so that the exchange looks as before, and fails at its end like a wrong password.
 *
 * @param proof what the client has to show, with a verifier that is real or mock
 * @param credential the user's, or null when the verifier is a mock
 */
record Claim(Route.Found route, Proof proof, @Nullable Credential credential) {
    static Claim of(Route.Found route, byte[] mockSecret, Instant now) {
        String user = route.startup().user();
        Credentials credentials = route.backend().credentials();
        Credential credential = credentials.find(user).orElse(null);
        if (credential != null
                && (credential.proof() instanceof Proof.Password || !credential.isExpired(now))) {
            return new Claim(route, credential.proof(), credential);
        }
        // names of backends have no slash
        String name = route.backend().name() + "/" + user;
        Proof.Password mock =
                credentials
                        .lookAlike(user)
                        .map(other -> mock(other, mockSecret, name))
                        .orElseGet(() -> new Proof.Scram(MockVerifier.forUser(mockSecret, name)));
        return new Claim(route, mock, null);
    }

    private static Proof.Password mock(Proof.Password other, byte[] mockSecret, String name) {
        return switch (other) {
            case Proof.Scram(ScramVerifier verifier) ->
                    new Proof.Scram(MockVerifier.forUser(mockSecret, name, verifier.iterations()));
            case Proof.Md5 _ -> new Proof.Md5(Md5Verifier.mock(mockSecret));
        };
    }

    /** Whether the proof that the client gave counts. */
    boolean isGood(Instant now) {
        return credential != null && !credential.isExpired(now);
    }

    /** From when on the user may not stay connected, or null. */
    @Nullable Instant expires() {
        return credential == null ? null : credential.expires();
    }

    String user() {
        return route.startup().user();
    }
}
