package dev.culvert.relay.tunnel;

import dev.culvert.tunnel.frame.Frame;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;

/** What an agent proves with that a tunnel is its own; PROTOCOL.md section 8. */
final class TunnelSecret {
    private static final int BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String text;

    private TunnelSecret(String text) {
        this.text = text;
    }

    static TunnelSecret make() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        if (text.length() != Frame.Resumption.SECRET_LENGTH) {
            throw new IllegalStateException("a secret of the wrong length");
        }
        return new TunnelSecret(text);
    }

    /** Compares in constant time. */
    boolean is(String claimed) {
        return MessageDigest.isEqual(
                text.getBytes(StandardCharsets.UTF_8), claimed.getBytes(StandardCharsets.UTF_8));
    }

    /** For WELCOME, and nothing else. */
    String reveal() {
        return text;
    }

    @Override
    public String toString() {
        return "TunnelSecret[…]";
    }
}
