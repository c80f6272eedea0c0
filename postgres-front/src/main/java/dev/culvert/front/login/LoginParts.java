package dev.culvert.front.login;

import dev.culvert.front.backend.Backends;
import dev.culvert.front.limit.AttemptLimiter;
import dev.culvert.front.limit.ConnectionLimiter;
import dev.culvert.front.session.SessionParts;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What all logins of a front share. Thread-safe.
 *
 * @param mockSecret makes the exchange of an unknown user the same every time
 * @param passwordChecks null where passwords are not taken in clear text
 */
@SuppressWarnings("ArrayRecordComponent")
public record LoginParts(
        Backends backends,
        byte[] mockSecret,
        SecureRandom random,
        AttemptLimiter attempts,
        ConnectionLimiter connections,
        @Nullable PasswordChecks passwordChecks,
        SessionParts session) {
    private static final int SECRET_BYTES = 32;

    /** Decides whether a credential has expired. */
    InstantSource clock() {
        return session.clock();
    }

    /**
     * With a mock secret of this process.
     *
     * @param cleartextPassword whether clients in TLS are asked for the password itself
     */
    public static LoginParts create(
            Backends backends,
            AttemptLimiter attempts,
            ConnectionLimiter connections,
            boolean cleartextPassword,
            SessionParts session) {
        SecureRandom random = new SecureRandom();
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return new LoginParts(
                backends,
                secret,
                random,
                attempts,
                connections,
                cleartextPassword ? new PasswordChecks() : null,
                session);
    }
}
