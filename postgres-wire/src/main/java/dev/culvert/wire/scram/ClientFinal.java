package dev.culvert.wire.scram;

import dev.culvert.wire.error.WireException;
import java.util.Base64;

/**
 * client-final-message. Source: RFC 5802, section 7.
 *
 * @param channelBinding base64 as the client wrote it
 * @param nonce both parts
 * @param withoutProof client-final-message-without-proof
 * @param proof ClientProof, 32 bytes
 */
@SuppressWarnings("ArrayRecordComponent")
record ClientFinal(String channelBinding, String nonce, String withoutProof, byte[] proof) {

    /**
     * Reads it.
     *
     * @throws WireException 08P01 for another form
     */
    static ClientFinal parse(byte[] message) {
        var text = new ScramText(message);
        String channelBinding = text.attribute('c');
        String nonce = text.attribute('r');
        while (text.peek() != 'p') {
            text.skipAttribute();
        }
        // without the comma before the proof
        String withoutProof = text.upTo(text.position() - 1);
        byte[] proof = decodeProof(text.attribute('p'));
        if (!text.isAtEnd()) {
            throw ScramText.malformed("the message goes on after its end");
        }
        return new ClientFinal(channelBinding, nonce, withoutProof, proof);
    }

    private static byte[] decodeProof(String base64) {
        try {
            byte[] proof = Base64.getDecoder().decode(base64);
            if (proof.length == ScramHash.LENGTH) {
                return proof;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw ScramText.malformed("the proof is not 32 bytes in base64");
    }
}
