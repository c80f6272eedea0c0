package dev.culvert.front.login;

import dev.culvert.front.backend.Backends;
import dev.culvert.front.session.SessionParts;
import java.security.SecureRandom;

/**
 * What all logins of a front share. Thread-safe.
 *
 * @param mockSecret makes the exchange of an unknown user the same every time
 */
@SuppressWarnings("ArrayRecordComponent")
public record LoginParts(
        Backends backends, byte[] mockSecret, SecureRandom random, SessionParts session) {
    private static final int SECRET_BYTES = 32;

    /** With a mock secret of this process. */
    public static LoginParts create(Backends backends, SessionParts session) {
        SecureRandom random = new SecureRandom();
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return new LoginParts(backends, secret, random, session);
    }
}
