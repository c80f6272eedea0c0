package dev.culvert.wire.scram;

import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.error.SqlState;
import dev.culvert.wire.error.WireException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;

/**
 * One login by SCRAM-SHA-256, as the server sees it.
 *
 * <pre>
 *                          finish              ┌─▶ Authenticated
 * begin ──▶ AwaitingProof ────────▶ Outcome ──┤
 *                                              └─▶ Rejected
 * </pre>
 *
 * <p>Each state is a value: nothing here has to be closed, and no state changes. Source: RFC 5802,
 * section 5; Postgres auth-scram.c.
 */
public sealed interface ScramExchange permits AwaitingProof, ScramExchange.Outcome {
    /** The mechanism without channel binding. */
    String SCRAM_SHA_256 = "SCRAM-SHA-256";

    /** The mechanism with channel binding. */
    String SCRAM_SHA_256_PLUS = "SCRAM-SHA-256-PLUS";

    /** The mechanisms to offer, best first. */
    static List<String> mechanisms(ChannelBinding binding) {
        return binding.isAvailable()
                ? List.of(SCRAM_SHA_256_PLUS, SCRAM_SHA_256)
                : List.of(SCRAM_SHA_256);
    }

    /**
     * Takes the client's first message.
     *
     * @param mechanism the one the client chose
     * @param clientFirst client-first-message; the user name in it is ignored, as in Postgres: the
     *     startup message has named the user
     * @param verifier of that user, real or mock
     * @param binding of this connection
     * @param offeredPlus whether SCRAM-SHA-256-PLUS was among the mechanisms offered
     * @param nonce makes the server's part of the nonce: printable ASCII without comma, never the
     *     same twice; see {@link #nonces}
     * @throws WireException 08P01 for a malformed message or a mechanism not offered, 0A000 for an
     *     authorization identity or mandatory extension, 28000 when the client believes that PLUS
     *     was not offered: someone on the way may have removed it
     */
    static AwaitingProof begin(
            String mechanism,
            byte[] clientFirst,
            ScramVerifier verifier,
            ChannelBinding binding,
            boolean offeredPlus,
            Supplier<String> nonce) {
        boolean plus = mechanism.equals(SCRAM_SHA_256_PLUS);
        if (plus ? !offeredPlus : !mechanism.equals(SCRAM_SHA_256)) {
            throw WireException.protocolViolation(
                    "the client selected a SASL mechanism that was not offered",
                    "Use a client that supports SCRAM-SHA-256.");
        }
        if (offeredPlus && !binding.isAvailable()) {
            throw new IllegalArgumentException("PLUS was offered without a binding");
        }
        ClientFirst first = ClientFirst.parse(clientFirst, plus, offeredPlus);
        String serverFirst =
                "r="
                        + first.nonce()
                        + nonce.get()
                        + ",s="
                        + Base64.getEncoder().encodeToString(verifier.salt())
                        + ",i="
                        + verifier.iterations();
        return new AwaitingProof(first, serverFirst, verifier, binding);
    }

    /** Nonces of 18 random bytes, as many as Postgres uses. */
    static Supplier<String> nonces(SecureRandom random) {
        return () -> {
            var bytes = new byte[18];
            random.nextBytes(bytes);
            return Base64.getEncoder().encodeToString(bytes);
        };
    }

    /** How an exchange ended. */
    sealed interface Outcome extends ScramExchange permits Authenticated, Rejected {}

    /**
     * The client knows the password.
     *
     * @param serverFinal server-final-message, with which the server proves that it has the
     *     verifier
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Authenticated(byte[] serverFinal) implements Outcome {}

    /**
     * The client is not let in.
     *
     * @param reason for logs and meters
     */
    record Rejected(Reason reason) implements Outcome {
        /** The answer to a client that gave itself out as {@code user}. */
        public ErrorResponse toErrorResponse(String user) {
            return switch (reason) {
                case WRONG_PROOF ->
                        ErrorResponse.fatal(
                                        SqlState.INVALID_PASSWORD,
                                        "password authentication failed for user \"" + user + '"')
                                .withHint("Check the user name and the password.");
                case CHANNEL_BINDING_MISMATCH ->
                        ErrorResponse.fatal(
                                        SqlState.INVALID_AUTHORIZATION,
                                        "SCRAM channel binding check failed")
                                .withHint(
                                        "The client's TLS connection does not end at this server."
                                                + " Find out what stands in between.");
            };
        }
    }

    /** Why a client is not let in. */
    enum Reason {
        /** The password is wrong, or the verifier a mock. */
        WRONG_PROOF,
        /** The client saw another certificate than this server showed. */
        CHANNEL_BINDING_MISMATCH
    }
}
