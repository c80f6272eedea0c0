package dev.culvert.wire.scram;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Verifiers for users that do not exist, so that a login attempt does not tell whether one does.
 *
 * <p>The same name always gets the same salt, as a real user would. The keys are not made from a
 * password: to pass, a client would need a preimage of the StoredKey.
 */
public final class MockVerifier {
    /** Bytes in the salt: as many as Postgres gives real users. */
    public static final int SALT_LENGTH = 16;

    private MockVerifier() {}

    /** The mock of {@code user} with Postgres' default number of iterations. */
    public static ScramVerifier forUser(byte[] serverSecret, String user) {
        return forUser(serverSecret, user, ScramVerifier.DEFAULT_ITERATIONS);
    }

    /**
     * The mock of {@code user}.
     *
     * @param serverSecret stays the same for as long as names should keep their salts; not empty
     * @param user any name
     * @param iterations as many as real users have
     */
    public static ScramVerifier forUser(byte[] serverSecret, String user, int iterations) {
        return new ScramVerifier(
                iterations,
                Arrays.copyOf(derive(serverSecret, "salt", user), SALT_LENGTH),
                derive(serverSecret, "stored key", user),
                derive(serverSecret, "server key", user));
    }

    private static byte[] derive(byte[] serverSecret, String purpose, String user) {
        // the NUL keeps purpose and name apart
        return ScramHash.hmac(
                serverSecret,
                (purpose + '\0').getBytes(StandardCharsets.US_ASCII),
                user.getBytes(StandardCharsets.UTF_8));
    }
}
