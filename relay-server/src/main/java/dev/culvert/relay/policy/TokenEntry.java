package dev.culvert.relay.policy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A token that the operator gave out. Tokens are long and random, so that one round of SHA-256 is
 * enough to keep them from whoever reads the hash.
 *
 * @param sha256 the token's hash, 64 hexadecimal digits in lower case
 * @param grant what its bearer may do; has a subject
 */
public record TokenEntry(String sha256, Grant grant) {
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

    /** Checks the hash. */
    public TokenEntry {
        if (!HASH.matcher(sha256).matches()) {
            throw new IllegalArgumentException("sha256 is not 64 hexadecimal digits in lower case");
        }
        if (!grant.hasSubject()) {
            throw new IllegalArgumentException("a token needs a subject");
        }
    }

    /** The hash of a token. */
    public static String hash(String token) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
