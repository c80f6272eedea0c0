package dev.culvert.agent;

import dev.culvert.tunnel.frame.Frame;
import dev.culvert.wire.scram.ScramVerifier;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who may connect: with a password, or with what another Postgres keeps of one. Immutable.
 *
 * <p>A password stays in this program: the relay gets a verifier of it, made anew each time.
 */
public final class SharedUser {
    /** What Postgres stores in place of a password; the relay looks at it more closely. */
    private static final Pattern VERIFIER =
            Pattern.compile("SCRAM-SHA-256\\$[0-9]+:[^$:]+\\$[^$:]+:[^$:]+|md5[0-9a-f]{32}");

    /** As long as Postgres' own salts. */
    private static final int SALT_BYTES = 16;

    /** 192 bits, and 32 characters that need no escaping. */
    private static final int PASSWORD_BYTES = 24;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final String name;
    private final @Nullable String password;
    private final @Nullable String verifier;
    private final @Nullable Instant expires;

    private SharedUser(
            String name,
            @Nullable String password,
            @Nullable String verifier,
            @Nullable Instant expires) {
        this.name = name;
        this.password = password;
        this.verifier = verifier;
        this.expires = expires;
    }

    /** A user with a password. */
    public static SharedUser withPassword(String name, String password) {
        return new SharedUser(
                requireText(name, "the user"), requireText(password, "the password"), null, null);
    }

    /** A user with a random password of 192 bits. */
    public static SharedUser withRandomPassword(String name) {
        return withPassword(name, randomPassword());
    }

    /**
     * A user whose password this program does not know.
     *
     * @param verifier a {@code rolpassword} of {@code pg_authid}: {@code SCRAM-SHA-256$…}, or
     *     {@code md5…} where the relay permits it. Such an MD5 hash is as good as the password, and
     *     the relay gets to know it.
     */
    public static SharedUser withVerifier(String name, String verifier) {
        if (!VERIFIER.matcher(verifier).matches()) {
            throw new IllegalArgumentException(
                    "\"" + name + "\" has a verifier that is none: SCRAM-SHA-256$… or md5…");
        }
        return new SharedUser(requireText(name, "the user"), null, verifier, null);
    }

    /** From this moment on the user may neither log in nor stay connected. Default: never. */
    public SharedUser expiring(Instant moment) {
        return new SharedUser(name, password, verifier, moment);
    }

    /** The Postgres user name. */
    public String name() {
        return name;
    }

    /** Empty for a user with a verifier. */
    public Optional<String> password() {
        return Optional.ofNullable(password);
    }

    /** What the relay is told. Takes milliseconds. */
    Frame.User told() {
        Long until = expires == null ? null : expires.getEpochSecond();
        String known = password;
        return new Frame.User(name, known == null ? verifier : verifierOf(known), until);
    }

    static String randomPassword() {
        byte[] bytes = new byte[PASSWORD_BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String verifierOf(String password) {
        byte[] salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        return ScramVerifier.fromPassword(password, salt, ScramVerifier.DEFAULT_ITERATIONS)
                .encode();
    }

    private static String requireText(String text, String what) {
        if (text.isEmpty() || text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(what + " is empty, or has a zero byte");
        }
        return text;
    }

    /** Leaves the secrets out. */
    @Override
    public String toString() {
        return "SharedUser[" + name + "]";
    }
}
