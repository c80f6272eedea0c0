package dev.culvert.load;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Rows whose content is known on both sides: their number, and a text made from it.
 *
 * @param count how many
 */
record KnownRows(int count) {
    /** Odd, so that the products of different numbers differ in their lowest 64 bits. */
    private static final long FACTOR = 0x9E37_79B9_7F4A_7C15L;

    /** The SQL that makes them. */
    String query() {
        return "SELECT i, lpad(to_hex(i::bigint * %d), 32, 'culvert ') FROM generate_series(1, %d) i"
                .formatted(FACTOR >>> 40, count);
    }

    /**
     * The SQL that holds for a row of COPY that is not the next one, given the sequence {@code
     * expected} that has begun anew: the database checks what comes, and need keep nothing of it.
     */
    String isWrong() {
        return "i <> nextval('expected') OR text IS DISTINCT FROM"
                + " lpad(to_hex(i::bigint * %d), 32, 'culvert ')".formatted(FACTOR >>> 40);
    }

    /** Writes them in COPY's text format. */
    void writeTo(OutputStream out) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int i = 1; i <= count; i++) {
            String hex = Long.toHexString(i * (FACTOR >>> 40));
            line.setLength(0);
            line.append(i).append('\t');
            for (int pad = 0; pad < 32 - hex.length(); pad++) {
                line.append("culvert ".charAt(pad % 8));
            }
            line.append(hex).append('\n');
            out.write(line.toString().getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** SHA-256 of what COPY TO STDOUT must give. */
    String digest() throws IOException {
        DigestOutputStream out = digesting();
        writeTo(out);
        return hex(out);
    }

    /** A stream that keeps nothing but a digest. */
    static DigestOutputStream digesting() {
        try {
            return new DigestOutputStream(
                    OutputStream.nullOutputStream(), MessageDigest.getInstance("SHA-256"));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** What the stream has digested. */
    static String hex(DigestOutputStream out) {
        return HexFormat.of().formatHex(out.getMessageDigest().digest());
    }
}
