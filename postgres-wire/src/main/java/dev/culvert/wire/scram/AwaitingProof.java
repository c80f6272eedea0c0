package dev.culvert.wire.scram;

import dev.culvert.wire.error.WireException;
import dev.culvert.wire.scram.ChannelBinding.TlsServerEndPoint;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;

/** The server has sent its challenge and awaits the client's proof. */
public final class AwaitingProof implements ScramExchange {
    private final ClientFirst first;
    private final String serverFirst;
    private final ScramVerifier verifier;
    private final ChannelBinding binding;

    AwaitingProof(
            ClientFirst first, String serverFirst, ScramVerifier verifier, ChannelBinding binding) {
        this.first = first;
        this.serverFirst = serverFirst;
        this.verifier = verifier;
        this.binding = binding;
    }

    /** The challenge, server-first-message, to be sent as AuthenticationSASLContinue. */
    public byte[] serverFirst() {
        return serverFirst.getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * Takes the client's second message.
     *
     * @param clientFinal client-final-message
     * @throws WireException 08P01 for a malformed message, or a nonce that is not the one sent
     */
    public Outcome finish(byte[] clientFinal) {
        ClientFinal last = ClientFinal.parse(clientFinal);
        if (!first.isBound() && !isSame(last.channelBinding(), first.gs2Header())) {
            throw WireException.protocolViolation(
                    "unexpected SCRAM channel-binding attribute in client-final-message",
                    ScramText.HINT);
        }
        if (!last.nonce().equals(nonce())) {
            throw WireException.protocolViolation(
                    "invalid SCRAM response: the nonce does not match", ScramText.HINT);
        }
        if (first.isBound() && !isSame(last.channelBinding(), boundInput())) {
            return new Rejected(Reason.CHANNEL_BINDING_MISMATCH);
        }
        byte[] authMessage =
                (first.bare() + "," + serverFirst + "," + last.withoutProof())
                        .getBytes(StandardCharsets.ISO_8859_1);
        byte[] signature = ScramHash.hmac(verifier.storedKey(), authMessage);
        byte[] clientKey = ScramHash.xor(signature, last.proof());
        if (!MessageDigest.isEqual(ScramHash.hash(clientKey), verifier.storedKey())) {
            return new Rejected(Reason.WRONG_PROOF);
        }
        byte[] serverSignature = ScramHash.hmac(verifier.serverKey(), authMessage);
        return new Authenticated(
                ("v=" + Base64.getEncoder().encodeToString(serverSignature))
                        .getBytes(StandardCharsets.US_ASCII));
    }

    /** Client's and server's part, as the challenge has them. */
    private String nonce() {
        return serverFirst.substring("r=".length(), serverFirst.indexOf(','));
    }

    /** What the client must have bound to: its own header and this server's certificate. */
    private byte[] boundInput() {
        var input = new ByteArrayOutputStream();
        input.writeBytes(first.gs2Header());
        if (binding instanceof TlsServerEndPoint(byte[] data)) {
            input.writeBytes(data);
        }
        return input.toByteArray();
    }

    /** Compares base64 text, so that only the one canonical spelling passes, as in Postgres. */
    private static boolean isSame(String base64, byte[] expected) {
        return MessageDigest.isEqual(
                base64.getBytes(StandardCharsets.ISO_8859_1), Base64.getEncoder().encode(expected));
    }
}
