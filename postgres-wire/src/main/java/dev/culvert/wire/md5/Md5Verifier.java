package dev.culvert.wire.md5;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The MD5 hash that a server may keep in place of a password, in the form that Postgres stores in
 * pg_authid: {@code md5} and the 32 hexadecimal digits of MD5(password, user). Source: Postgres,
 * {@code src/common/md5_common.c} and {@code src/backend/libpq/crypt.c}.
 *
 * <p>It is as good as the password: whoever has it can log in with it wherever the server has the
 * same. Immutable.
 */
public final class Md5Verifier {
    /** Bytes of the salt that a server sends with AuthenticationMD5Password. */
    public static final int SALT_LENGTH = 4;

    private static final int HASH_LENGTH = 16;
    private static final String PREFIX = "md5";

    /** As {@code get_password_type}: digits in lower case only. */
    private static final Pattern FORM = Pattern.compile("md5[0-9a-f]{32}");

    /** The 32 digits, without the prefix. */
    private final byte[] digits;

    private Md5Verifier(byte[] digits) {
        this.digits = digits;
    }

    /** Whether the text begins as such a hash does. */
    public static boolean isIntended(String text) {
        return text.startsWith(PREFIX);
    }

    /**
     * Reads {@code md5} and 32 digits.
     *
     * @throws IllegalArgumentException for anything else; its message does not contain the text
     */
    public static Md5Verifier parse(String text) {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "MD5 verifier: text must be md5 and 32 hexadecimal digits");
        }
        return new Md5Verifier(ascii(text.substring(PREFIX.length())));
    }

    /** The verifier of a password; Postgres takes the user's name for the salt. */
    public static Md5Verifier fromPassword(String password, String user) {
        MessageDigest md5 = md5();
        md5.update(password.getBytes(StandardCharsets.UTF_8));
        md5.update(user.getBytes(StandardCharsets.UTF_8));
        return new Md5Verifier(hex(md5.digest()));
    }

    /**
     * A verifier that belongs to no password that anybody knows, for a user that does not exist.
     *
     * @param serverSecret at least 16 bytes
     */
    public static Md5Verifier mock(byte[] serverSecret) {
        return new Md5Verifier(hex(Arrays.copyOf(serverSecret, HASH_LENGTH)));
    }

    /** Whether this is the verifier of that user's password. */
    public boolean accepts(String user, String password) {
        return MessageDigest.isEqual(digits, fromPassword(password, user).digits);
    }

    /**
     * Whether the client's answer to AuthenticationMD5Password shows that it has the password, or
     * this verifier: {@code md5} and the digits of MD5(these digits, salt).
     *
     * @param answer without the NUL behind it
     */
    public boolean proves(byte[] salt, byte[] answer) {
        return MessageDigest.isEqual(ascii(answer(salt)), answer);
    }

    /** A client's answer to AuthenticationMD5Password. */
    public String answer(byte[] salt) {
        MessageDigest md5 = md5();
        md5.update(digits);
        return PREFIX + HexFormat.of().formatHex(md5.digest(salt));
    }

    /** The text that {@link #parse} reads. It is a secret: see the class. */
    public String encode() {
        return PREFIX + new String(digits, StandardCharsets.US_ASCII);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Md5Verifier that && Arrays.equals(digits, that.digits);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(digits);
    }

    /** Shows nothing of the hash. */
    @Override
    public String toString() {
        return "Md5Verifier[redacted]";
    }

    private static byte[] hex(byte[] hash) {
        return ascii(HexFormat.of().formatHex(hash));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }
}
