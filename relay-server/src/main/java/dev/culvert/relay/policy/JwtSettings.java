package dev.culvert.relay.policy;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Which JWTs are accepted.
 *
 * @param jwksUrl where the issuer's public keys are, for RS, PS and ES signatures
 * @param secret what the issuer shares with the relay, for HS signatures
 * @param issuer what {@code iss} must be; empty for any
 * @param audience one of these must be in {@code aud}; empty for any
 * @param clockSkew how wrong the clocks may be
 * @param cacheFor how long fetched keys are good
 */
public record JwtSettings(
        Optional<URI> jwksUrl,
        Optional<String> secret,
        Optional<String> issuer,
        List<String> audience,
        Duration clockSkew,
        Duration cacheFor) {
    /** What HS256 takes (RFC 7518, section 3.2). */
    private static final int MIN_SECRET_BYTES = 32;

    /** Checks the values. */
    public JwtSettings {
        audience = List.copyOf(audience);
        if (jwksUrl.isPresent() == secret.isPresent()) {
            throw new IllegalArgumentException(
                    "JWTs need either access.jwt.jwksUrl or access.jwt.secretEnv");
        }
        jwksUrl.ifPresent(JwtSettings::requireSafe);
        if (secret.isPresent()
                && secret.get().getBytes(StandardCharsets.UTF_8).length < MIN_SECRET_BYTES) {
            throw new IllegalArgumentException(
                    "the secret of access.jwt.secretEnv has less than "
                            + MIN_SECRET_BYTES
                            + " bytes");
        }
        if (clockSkew.isNegative()) {
            throw new IllegalArgumentException(
                    "access.jwt.clockSkew " + clockSkew + " is negative");
        }
        if (cacheFor.compareTo(Duration.ofMinutes(1)) < 0) {
            throw new IllegalArgumentException(
                    "access.jwt.cacheFor " + cacheFor + " is less than a minute");
        }
    }

    /** Whoever can change the keys on their way can make tokens. */
    private static void requireSafe(URI url) {
        String host = url.getHost();
        boolean here =
                host != null
                        && (host.equals("localhost")
                                || host.startsWith("127.")
                                || host.equals("[::1]"));
        if (!"https".equals(url.getScheme()) && !("http".equals(url.getScheme()) && here)) {
            throw new IllegalArgumentException("access.jwt.jwksUrl " + url + " is no https: URL");
        }
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "JwtSettings[jwksUrl=%s, issuer=%s, audience=%s]"
                .formatted(jwksUrl, issuer, audience);
    }
}
