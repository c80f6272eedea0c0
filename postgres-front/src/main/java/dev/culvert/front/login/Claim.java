package dev.culvert.front.login;

import dev.culvert.front.backend.Credential;
import dev.culvert.front.backend.Credentials;
import dev.culvert.front.backend.Route;
import dev.culvert.wire.scram.MockVerifier;
import dev.culvert.wire.scram.ScramVerifier;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Who a client says it is, at the backend that it wants.
 *
 * <p>An unknown user gets a mock verifier: the same for the same name at the same backend, with as
 * many iterations as real users have there. An expired user keeps the verifier it had, so that the
 * exchange looks as before, and fails at its end like a wrong password.
 *
 * @param verifier real or mock; null for a user who needs no password
 * @param credential the user's, or null when the verifier is a mock
 */
record Claim(Route.Found route, @Nullable ScramVerifier verifier, @Nullable Credential credential) {
    static Claim of(Route.Found route, byte[] mockSecret, Instant now) {
        String user = route.startup().user();
        Credentials credentials = route.backend().credentials();
        Credential credential = credentials.find(user).orElse(null);
        if (credential != null && credential.verifier() != null) {
            return new Claim(route, credential.verifier(), credential);
        }
        if (credential != null && !credential.isExpired(now)) {
            return new Claim(route, null, credential);
        }
        ScramVerifier mock =
                MockVerifier.forUser(
                        mockSecret,
                        // names of backends have no slash
                        route.backend().name() + "/" + user,
                        credentials.mockIterations(user));
        return new Claim(route, mock, null);
    }

    /** Whether the proof that the client gave counts. */
    boolean isGood(Instant now) {
        return credential != null && !credential.isExpired(now);
    }

    String user() {
        return route.startup().user();
    }
}
