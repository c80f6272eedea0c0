package dev.culvert.wire.scram;

import java.text.Normalizer;

/**
 * SASLprep, which gives a password typed in different ways the same bytes. Source: RFC 4013, as
 * Postgres' {@code pg_saslprep} (saslprep.c) applies it.
 */
final class SaslPrep {
    private SaslPrep() {}

    /** The prepared password, or the password as it is when SASLprep refuses it. */
    static String prepare(String password) {
        if (password.chars().allMatch(c -> c < 0x80)) {
            return password;
        }
        String mapped = map(password);
        // RFC 4013 looks at the normalized text, but Postgres and libpq at the mapped one
        boolean refused =
                mapped.isEmpty()
                        || mapped.codePoints().anyMatch(StringPrepTables::isProhibited)
                        || !isBidiSound(mapped);
        return refused ? password : Normalizer.normalize(mapped, Normalizer.Form.NFKC);
    }

    /**
     * RFC 4013, section 2.1: other spaces become the space, and some characters nothing. U+200B is
     * in both tables; as in Postgres, it becomes the space.
     */
    private static String map(String password) {
        var mapped = new StringBuilder(password.length());
        password.codePoints()
                .map(c -> StringPrepTables.isNonAsciiSpace(c) ? ' ' : c)
                .filter(c -> !StringPrepTables.isMappedToNothing(c))
                .forEach(mapped::appendCodePoint);
        return mapped.toString();
    }

    /** RFC 3454, section 6: text with a right-to-left letter begins and ends with one. */
    private static boolean isBidiSound(String text) {
        if (text.codePoints().noneMatch(StringPrepTables::isRightToLeft)) {
            return true;
        }
        return text.codePoints().noneMatch(StringPrepTables::isLeftToRight)
                && StringPrepTables.isRightToLeft(text.codePointAt(0))
                && StringPrepTables.isRightToLeft(text.codePointBefore(text.length()));
    }
}
