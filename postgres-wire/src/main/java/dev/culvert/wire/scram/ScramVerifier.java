package dev.culvert.wire.scram;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a server keeps to check a password that it cannot know. Source: RFC 5803, in the form that
 * Postgres stores in pg_authid.
 *
 * <p>Whoever has it can pretend to be the server, and can try passwords against it, so it is shown
 * nowhere.
 *
 * @param iterations 1 to {@link #MAX_ITERATIONS}
 * @param salt 1 to {@link #MAX_SALT_LENGTH} bytes; not copied
 * @param storedKey H(ClientKey), 32 bytes; not copied
 * @param serverKey 32 bytes; not copied
 */
@SuppressWarnings("ArrayRecordComponent")
public record ScramVerifier(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
    /** Postgres' default of scram_iterations. */
    public static final int DEFAULT_ITERATIONS = 4096;

    /** More would only make the client work: the server tells it how many to do. */
    public static final int MAX_ITERATIONS = 600_000;

    /** Keeps the server's first message small. Postgres' salts have 16 bytes. */
    public static final int MAX_SALT_LENGTH = 1024;

    /** Bytes in each key. */
    public static final int KEY_LENGTH = ScramHash.LENGTH;

    /** Longest text looked at: the longest possible has 1500 characters. */
    private static final int MAX_TEXT_LENGTH = 2048;

    private static final Pattern FORM =
            Pattern.compile(
                    "SCRAM-SHA-256\\$([0-9]{1,9}):([A-Za-z0-9+/=]+)"
                            + "\\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)");

    /** Refuses values out of bounds with IllegalArgumentException. */
    public ScramVerifier {
        require(
                iterations >= 1 && iterations <= MAX_ITERATIONS,
                "iterations must be 1 to " + MAX_ITERATIONS);
        require(
                salt.length >= 1 && salt.length <= MAX_SALT_LENGTH,
                "salt must have 1 to " + MAX_SALT_LENGTH + " bytes");
        require(storedKey.length == KEY_LENGTH, "StoredKey must have 32 bytes");
        require(serverKey.length == KEY_LENGTH, "ServerKey must have 32 bytes");
    }

    /**
     * Reads {@code SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>}, the last three in
     * base64.
     *
     * @throws IllegalArgumentException for anything else; its message does not contain the text
     */
    public static ScramVerifier parse(String text) {
        require(text.length() <= MAX_TEXT_LENGTH, "text is too long");
        Matcher parts = FORM.matcher(text);
        require(
                parts.matches(),
                "text must have the form SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>");
        return new ScramVerifier(
                Integer.parseInt(parts.group(1)),
                decode(parts.group(2)),
                decode(parts.group(3)),
                decode(parts.group(4)));
    }

    /**
     * Makes the verifier of a password; takes as long as logging in with it does.
     *
     * @param password prepared by SASLprep (RFC 4013); one that SASLprep refuses is used as it is,
     *     as Postgres and libpq do
     * @param salt random, for each password anew; 16 bytes are usual; not copied
     */
    public static ScramVerifier fromPassword(String password, byte[] salt, int iterations) {
        byte[] prepared = SaslPrep.prepare(password).getBytes(StandardCharsets.UTF_8);
        byte[] salted = ScramHash.iterate(prepared, salt, iterations);
        byte[] clientKey = ScramHash.hmac(salted, ascii("Client Key"));
        byte[] serverKey = ScramHash.hmac(salted, ascii("Server Key"));
        return new ScramVerifier(iterations, salt, ScramHash.hash(clientKey), serverKey);
    }

    /**
     * Whether this is the verifier of that password. Takes as long as logging in does, the same for
     * any password: not for an event loop.
     */
    public boolean accepts(String password) {
        return MessageDigest.isEqual(
                storedKey, fromPassword(password, salt, iterations).storedKey());
    }

    /** The text that {@link #parse} reads. It is a secret: see the class. */
    public String encode() {
        Base64.Encoder base64 = Base64.getEncoder();
        return "SCRAM-SHA-256$"
                + iterations
                + ":"
                + base64.encodeToString(salt)
                + "$"
                + base64.encodeToString(storedKey)
                + ":"
                + base64.encodeToString(serverKey);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ScramVerifier that
                && iterations == that.iterations
                && Arrays.equals(salt, that.salt)
                && Arrays.equals(storedKey, that.storedKey)
                && Arrays.equals(serverKey, that.serverKey);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(storedKey);
    }

    /** Shows nothing that helps to find the password. */
    @Override
    public String toString() {
        return "ScramVerifier[SCRAM-SHA-256, redacted]";
    }

    private static byte[] decode(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            // its message would contain a part of the text
            throw new IllegalArgumentException("SCRAM verifier: base64 is invalid");
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException("SCRAM verifier: " + otherwise);
        }
    }
}
