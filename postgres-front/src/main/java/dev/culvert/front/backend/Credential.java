package dev.culvert.front.backend;

import dev.culvert.wire.scram.ScramVerifier;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a user proves who it is.
 *
 * @param expires from when on the user may neither connect nor stay connected, or null for never
 */
public record Credential(Proof proof, @Nullable Instant expires) {
    /** A password that does not expire. */
    public static Credential of(ScramVerifier verifier) {
        return new Credential(new Proof.Scram(verifier), null);
    }

    /** Whether its time is over. */
    public boolean isExpired(Instant now) {
        return expires != null && !now.isBefore(expires);
    }
}
