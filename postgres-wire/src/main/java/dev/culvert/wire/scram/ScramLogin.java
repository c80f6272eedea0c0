package dev.culvert.wire.scram;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The client's side of SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677): for an agent that
 * logs in to a Postgres server. One login; not thread-safe.
 */
public final class ScramLogin {

    private static final int NONCE_BYTES = 18;
    private static final SecureRandom RANDOM = new SecureRandom();

    private static final Pattern SERVER_FIRST =
            Pattern.compile(
                    "r=([\\x21-\\x2b\\x2d-\\x7e]+),s=([A-Za-z0-9+/=]+),i=([0-9]{1,7})(,.*)?");

    private final String password;
    private final String nonce;
    private final String mechanism;
    private final String gs2Header;
    private final byte[] bound;
    private byte[] expectedSignature = {};

    /**
     * A login with a random nonce, by the better of the mechanisms.
     *
     * @param binding of this connection
     * @param offered by the server
     * @return empty when the server offers neither mechanism
     */
    public static Optional<ScramLogin> by(
            String password, ChannelBinding binding, Collection<String> offered) {
        return by(password, binding, offered, randomNonce());
    }

    static Optional<ScramLogin> by(
            String password, ChannelBinding binding, Collection<String> offered, String nonce) {
        if (binding instanceof ChannelBinding.TlsServerEndPoint(byte[] data)
                && offered.contains(ScramExchange.SCRAM_SHA_256_PLUS)) {
            return Optional.of(
                    new ScramLogin(
                            password,
                            nonce,
                            ScramExchange.SCRAM_SHA_256_PLUS,
                            "p=" + ChannelBinding.TlsServerEndPoint.NAME + ",,",
                            data));
        }
        // "y": I could have bound, had I been offered to, so that nobody can leave the offer out
        return offered.contains(ScramExchange.SCRAM_SHA_256)
                ? Optional.of(
                        new ScramLogin(
                                password,
                                nonce,
                                ScramExchange.SCRAM_SHA_256,
                                binding.isAvailable() ? "y,," : "n,,",
                                new byte[0]))
                : Optional.empty();
    }

    private ScramLogin(
            String password, String nonce, String mechanism, String gs2Header, byte[] bound) {
        this.password = password;
        this.nonce = nonce;
        this.mechanism = mechanism;
        this.gs2Header = gs2Header;
        this.bound = bound;
    }

    /** The mechanism's name. */
    public String mechanism() {
        return mechanism;
    }

    private static String randomNonce() {
        byte[] bytes = new byte[NONCE_BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** The client-first-message. Postgres takes the name of the StartupMessage, not this one. */
    public byte[] first() {
        return (gs2Header + bareFirst()).getBytes(UTF_8);
    }

    /**
     * The client-final-message. Takes milliseconds, as the server's iterations want it: not for an
     * event loop.
     *
     * @param serverFirst the server's answer to {@link #first}
     * @throws IllegalArgumentException when the answer makes no sense
     */
    public byte[] last(byte[] serverFirst) {
        String text = new String(serverFirst, UTF_8);
        Matcher matcher = SERVER_FIRST.matcher(text);
        require(matcher.matches(), "the server's SCRAM challenge makes no sense");
        String serverNonce = matcher.group(1);
        int iterations = Integer.parseInt(matcher.group(3));
        require(
                serverNonce.startsWith(nonce) && serverNonce.length() > nonce.length(),
                "the server's SCRAM nonce is not made from the client's");
        require(
                iterations > 0 && iterations <= ScramVerifier.MAX_ITERATIONS,
                "the server wants " + iterations + " SCRAM iterations");
        byte[] salted =
                ScramHash.iterate(
                        SaslPrep.prepare(password).getBytes(UTF_8),
                        Base64.getDecoder().decode(matcher.group(2)),
                        iterations);
        String withoutProof =
                "c=" + Base64.getEncoder().encodeToString(channelBinding()) + ",r=" + serverNonce;
        byte[] authMessage = (bareFirst() + "," + text + "," + withoutProof).getBytes(UTF_8);
        byte[] clientKey = ScramHash.hmac(salted, "Client Key".getBytes(US_ASCII));
        byte[] signature = ScramHash.hmac(ScramHash.hash(clientKey), authMessage);
        expectedSignature =
                ScramHash.hmac(
                        ScramHash.hmac(salted, "Server Key".getBytes(US_ASCII)), authMessage);
        String proof = Base64.getEncoder().encodeToString(ScramHash.xor(clientKey, signature));
        return (withoutProof + ",p=" + proof).getBytes(UTF_8);
    }

    /** Whether the server's last message shows that it knows the password, too. */
    public boolean accepts(byte[] serverFinal) {
        String expected = "v=" + Base64.getEncoder().encodeToString(expectedSignature);
        return expectedSignature.length > 0
                && MessageDigest.isEqual(expected.getBytes(US_ASCII), serverFinal);
    }

    private byte[] channelBinding() {
        byte[] header = gs2Header.getBytes(US_ASCII);
        byte[] both = Arrays.copyOf(header, header.length + bound.length);
        System.arraycopy(bound, 0, both, header.length, bound.length);
        return both;
    }

    private String bareFirst() {
        return "n=,r=" + nonce;
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
