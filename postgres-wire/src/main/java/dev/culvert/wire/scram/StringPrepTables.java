package dev.culvert.wire.scram;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Objects;
import java.util.Scanner;

/**
 * The tables of RFC 3454 that SASLprep needs, asked of Java's own character data where that agrees.
 */
final class StringPrepTables {
    private StringPrepTables() {}

    /** Table B.1. */
    static boolean isMappedToNothing(int c) {
        return c == 0x00AD
                || c == 0x034F
                || c == 0x1806
                || (c >= 0x180B && c <= 0x180D)
                || (c >= 0x200B && c <= 0x200D)
                || c == 0x2060
                || (c >= 0xFE00 && c <= 0xFE0F)
                || c == 0xFEFF;
    }

    /** Table C.1.2. */
    static boolean isNonAsciiSpace(int c) {
        return c == 0x00A0
                || c == 0x1680
                || (c >= 0x2000 && c <= 0x200B)
                || c == 0x202F
                || c == 0x205F
                || c == 0x3000;
    }

    /** Tables C.1.2 to C.9, and A.1: what a prepared string must not contain. */
    static boolean isProhibited(int c) {
        return isNonAsciiSpace(c)
                || isControl(c)
                || isNonCharacterOrPrivate(c)
                || isInappropriate(c)
                || isUnassigned(c);
    }

    /** Table D.1: bidirectional property R or AL. */
    static boolean isRightToLeft(int c) {
        byte direction = Character.getDirectionality(c);
        return direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT
                || direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC;
    }

    /** Table D.2: bidirectional property L. */
    static boolean isLeftToRight(int c) {
        return Character.getDirectionality(c) == Character.DIRECTIONALITY_LEFT_TO_RIGHT;
    }

    /** Tables C.2.1 and C.2.2. */
    private static boolean isControl(int c) {
        return Character.isISOControl(c)
                || c == 0x06DD
                || c == 0x070F
                || c == 0x180E
                || c == 0x200C
                || c == 0x200D
                || c == 0x2028
                || c == 0x2029
                || (c >= 0x2060 && c <= 0x2063)
                || (c >= 0x206A && c <= 0x206F)
                || c == 0xFEFF
                || (c >= 0xFFF9 && c <= 0xFFFC)
                || (c >= 0x1D173 && c <= 0x1D17A);
    }

    /** Tables C.3 to C.5. */
    private static boolean isNonCharacterOrPrivate(int c) {
        int type = Character.getType(c);
        return type == Character.PRIVATE_USE
                || type == Character.SURROGATE
                || (c >= 0xFDD0 && c <= 0xFDEF)
                || (c & 0xFFFE) == 0xFFFE;
    }

    /** Tables C.6 to C.9. */
    private static boolean isInappropriate(int c) {
        return c == 0xFFFD
                || (c >= 0x2FF0 && c <= 0x2FFB)
                || c == 0x0340
                || c == 0x0341
                || c == 0x200E
                || c == 0x200F
                || (c >= 0x202A && c <= 0x202E)
                || c == 0xE0001
                || (c >= 0xE0020 && c <= 0xE007F);
    }

    /** Table A.1. */
    private static boolean isUnassigned(int c) {
        return Unassigned.CODE_POINTS.get(c);
    }

    /**
     * Table A.1, which Java cannot tell: SASLprep knows no character newer than Unicode 3.2. Loaded
     * when the first password beyond ASCII comes.
     */
    private static final class Unassigned {
        private static final String RESOURCE = "unassigned-in-unicode-3.2.txt";

        static final BitSet CODE_POINTS = load();

        private static BitSet load() {
            var codePoints = new BitSet();
            try (var in = new Scanner(open(), StandardCharsets.US_ASCII)) {
                while (in.hasNextLine()) {
                    String line = in.nextLine();
                    if (!line.startsWith("#")) {
                        int dash = line.indexOf('-');
                        String first = dash < 0 ? line : line.substring(0, dash);
                        String last = line.substring(dash + 1);
                        codePoints.set(Integer.parseInt(first, 16), Integer.parseInt(last, 16) + 1);
                    }
                }
            }
            return codePoints;
        }

        private static InputStream open() {
            return Objects.requireNonNull(
                    StringPrepTables.class.getResourceAsStream(RESOURCE), RESOURCE);
        }
    }
}
