package dev.culvert.relay.route;

import java.security.SecureRandom;
import java.util.regex.Pattern;

/** Names that tunnels can have: 3 to 63 characters of a-z, 0-9 and hyphen, no hyphen at an end. */
public final class TunnelNames {
    private static final Pattern VALID = Pattern.compile("[a-z0-9][a-z0-9-]{1,61}[a-z0-9]");

    /** Without letters and digits that look alike. */
    private static final String ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";

    private static final String LETTERS = ALPHABET.substring(0, 23);
    private static final int LENGTH = 12;

    private final SecureRandom random = new SecureRandom();

    /** Whether a tunnel can have the name. */
    public static boolean isValid(String name) {
        return VALID.matcher(name).matches();
    }

    /** A name that nobody guesses: about 59 bits. */
    public String next() {
        StringBuilder name = new StringBuilder(LENGTH);
        name.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        while (name.length() < LENGTH) {
            name.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return name.toString();
    }
}
