package dev.culvert.wire.scram;

import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.error.SqlState;
import dev.culvert.wire.error.WireException;
import dev.culvert.wire.scram.ChannelBinding.TlsServerEndPoint;
import java.nio.charset.StandardCharsets;

/**
 * client-first-message. Source: RFC 5802, section 7.
 *
 * @param header the GS2 header with its last comma: the client binds to it again in its second
 *     message
 * @param isBound whether the client uses channel binding
 * @param bare client-first-message-bare: what stands behind the header
 * @param nonce the client's part of the nonce
 */
record ClientFirst(String header, boolean isBound, String bare, String nonce) {

    /**
     * Reads it.
     *
     * @param plus whether the client chose SCRAM-SHA-256-PLUS
     * @param offeredPlus whether it could have
     * @throws WireException as {@link ScramExchange#begin} says
     */
    static ClientFirst parse(byte[] message, boolean plus, boolean offeredPlus) {
        var text = new ScramText(message);
        readBindingFlag(text, plus, offeredPlus);
        if (text.peek() == 'a') {
            throw WireException.of(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "the client uses a SCRAM authorization identity, which is not supported",
                    "Log in as the user itself.");
        }
        text.expect(',');
        int bareAt = text.position();
        if (text.peek() == 'm') {
            throw WireException.of(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "the client requires an unsupported SCRAM extension",
                    "Switch the extension off in the client.");
        }
        text.attribute('n');
        String nonce = text.attribute('r');
        if (nonce.isEmpty() || !nonce.chars().allMatch(c -> c >= 0x21 && c <= 0x7E)) {
            throw ScramText.malformed("the nonce is empty or not printable");
        }
        while (!text.isAtEnd()) {
            text.skipAttribute();
        }
        return new ClientFirst(text.upTo(bareAt), plus, text.from(bareAt), nonce);
    }

    /** The header's bytes. */
    byte[] gs2Header() {
        return header.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Reads the flag and the comma behind it. */
    private static void readBindingFlag(ScramText text, boolean plus, boolean offeredPlus) {
        switch (text.peek()) {
            case 'n', 'y' -> {
                if (plus) {
                    throw ScramText.malformed(
                            "SCRAM-SHA-256-PLUS was selected, but channel binding is not used");
                }
                if (text.peek() == 'y' && offeredPlus) {
                    throw downgraded();
                }
                text.expect(text.peek());
                text.expect(',');
            }
            case 'p' -> {
                if (!plus) {
                    throw ScramText.malformed(
                            "SCRAM-SHA-256 was selected, but channel binding is used");
                }
                if (!text.attribute('p').equals(TlsServerEndPoint.NAME)) {
                    throw WireException.protocolViolation(
                            "unsupported SCRAM channel-binding type",
                            "Use " + TlsServerEndPoint.NAME + ", or no channel binding.");
                }
            }
            default -> throw ScramText.malformed("unexpected channel-binding flag");
        }
    }

    private static WireException downgraded() {
        return new WireException(
                ErrorResponse.fatal(
                                SqlState.INVALID_AUTHORIZATION,
                                "SCRAM channel binding negotiation error")
                        .withDetail(
                                "The client supports SCRAM channel binding but thinks the server"
                                        + " does not. However, this server does support channel"
                                        + " binding.")
                        .withHint(
                                "Something between client and server changes the login. Find out"
                                        + " what stands in between."));
    }
}
