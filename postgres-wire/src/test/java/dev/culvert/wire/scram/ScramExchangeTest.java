package dev.culvert.wire.scram;

import static dev.culvert.wire.Bytes.latin1;
import static dev.culvert.wire.WireExceptionAssert.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.wire.scram.ScramExchange.Authenticated;
import dev.culvert.wire.scram.ScramExchange.Outcome;
import dev.culvert.wire.scram.ScramExchange.Reason;
import dev.culvert.wire.scram.ScramExchange.Rejected;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScramExchangeTest {
    private static final String SCRAM = ScramExchange.SCRAM_SHA_256;
    private static final String PLUS = ScramExchange.SCRAM_SHA_256_PLUS;
    private static final String NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private static final byte[] SALT = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");
    private static final ScramVerifier PENCIL = ScramVerifier.fromPassword("pencil", SALT, 4096);
    private static final ChannelBinding NONE = ChannelBinding.none();
    private static final byte[] HASH = latin1("0123456789abcdef0123456789abcdef");
    private static final ChannelBinding BOUND = new ChannelBinding.TlsServerEndPoint(HASH);

    @Test
    void agreesWithTheExampleOfRfc7677() {
        AwaitingProof awaiting = begin("n,,n=user,r=rOprNGfwEbeRWgbNEkqO");

        assertThat(awaiting.serverFirst())
                .isEqualTo(
                        latin1(
                                "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                                        + "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"));

        Outcome outcome =
                awaiting.finish(
                        latin1(
                                "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                                        + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="));

        assertThat(outcome).isInstanceOf(Authenticated.class);
        assertThat(((Authenticated) outcome).serverFinal())
                .isEqualTo(latin1("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pencil", "p,=\"'\\", "Grüße", "密码🔑", " ", "\u00ad", "I\u00adX"})
    void letsInWhoKnowsThePassword(String password) {
        var verifier = ScramVerifier.fromPassword(password, SALT, 10);
        var client = ScramClient.unbound();
        AwaitingProof awaiting = begin(SCRAM, client.first(), verifier, NONE, false);

        var last = client.last(prepared(password), awaiting.serverFirst());

        assertThat(((Authenticated) awaiting.finish(last.message())).serverFinal())
                .isEqualTo(last.expectedAnswer());
    }

    @Test
    void rejectsAWrongPassword() {
        var client = ScramClient.unbound();
        AwaitingProof awaiting = begin(SCRAM, client.first(), PENCIL, NONE, false);

        Outcome outcome =
                awaiting.finish(client.last(latin1("pencils"), awaiting.serverFirst()).message());

        assertThat(outcome).isEqualTo(new Rejected(Reason.WRONG_PROOF));
        var response = ((Rejected) outcome).toErrorResponse("ann");
        assertThat(response.sqlState()).isEqualTo("28P01");
        assertThat(response.message()).contains("\"ann\"");
    }

    @Test
    void rejectsEveryPasswordOfAnUnknownUser() {
        ScramVerifier mock = MockVerifier.forUser(latin1("secret"), "nobody");
        for (String password : List.of("", "nobody", "secret", "pencil")) {
            var client = ScramClient.unbound();
            AwaitingProof awaiting = begin(SCRAM, client.first(), mock, NONE, false);
            byte[] bytes = password.isEmpty() ? new byte[1] : latin1(password);
            assertThat(awaiting.finish(client.last(bytes, awaiting.serverFirst()).message()))
                    .isEqualTo(new Rejected(Reason.WRONG_PROOF));
        }
    }

    @Test
    void bindsToTheTlsConnection() {
        var client = ScramClient.bound(HASH);
        AwaitingProof awaiting = begin(PLUS, client.first(), PENCIL, BOUND, true);

        var last = client.last(latin1("pencil"), awaiting.serverFirst());

        assertThat(awaiting.finish(last.message())).isInstanceOf(Authenticated.class);
    }

    @Test
    void rejectsAClientThatSawAnotherCertificate() {
        var client = ScramClient.bound(latin1("fedcba9876543210fedcba9876543210"));
        AwaitingProof awaiting = begin(PLUS, client.first(), PENCIL, BOUND, true);

        Outcome outcome =
                awaiting.finish(client.last(latin1("pencil"), awaiting.serverFirst()).message());

        assertThat(outcome).isEqualTo(new Rejected(Reason.CHANNEL_BINDING_MISMATCH));
        assertThat(((Rejected) outcome).toErrorResponse("ann").sqlState()).isEqualTo("28000");
    }

    @Test
    void letsInAClientThatDoesNotWantToBind() {
        var client = ScramClient.unbound();
        AwaitingProof awaiting = begin(SCRAM, client.first(), PENCIL, BOUND, true);

        var last = client.last(latin1("pencil"), awaiting.serverFirst());

        assertThat(awaiting.finish(last.message())).isInstanceOf(Authenticated.class);
    }

    @Test
    void letsInAClientThatCouldBindWhenBindingWasNotOffered() {
        var client = new ScramClient("y,,", new byte[0], "", "abc");
        AwaitingProof awaiting = begin(SCRAM, client.first(), PENCIL, NONE, false);

        var last = client.last(latin1("pencil"), awaiting.serverFirst());

        assertThat(awaiting.finish(last.message())).isInstanceOf(Authenticated.class);
    }

    @Test
    void refusesAClientThatWasKeptFromBinding() {
        var response =
                assertRefused(
                        () -> begin(SCRAM, latin1("y,,n=,r=abc"), PENCIL, BOUND, true),
                        "28000",
                        "SCRAM channel binding negotiation error");

        assertThat(response.detail()).contains("does support channel binding");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "SCRAM-SHA-1", "scram-sha-256", "PLAIN", "SCRAM-SHA-256-PLUS"})
    void refusesAMechanismThatWasNotOffered(String mechanism) {
        assertRefused(
                () -> begin(mechanism, latin1("n,,n=,r=abc"), PENCIL, NONE, false),
                "08P01",
                "not offered");
    }

    static List<Arguments> malformedFirsts() {
        return List.of(
                Arguments.of(SCRAM, "", "08P01", "empty"),
                Arguments.of(SCRAM, "n", "08P01", "expected \",\""),
                Arguments.of(SCRAM, "n,", "08P01", "expected \",\""),
                Arguments.of(SCRAM, "n,,", "08P01", "expected \"n\""),
                Arguments.of(SCRAM, "x,,n=,r=abc", "08P01", "flag"),
                Arguments.of(SCRAM, ",,n=,r=abc", "08P01", "flag"),
                Arguments.of(SCRAM, "n,,n=", "08P01", "expected \"r\""),
                Arguments.of(SCRAM, "n,,r=abc", "08P01", "expected \"n\""),
                Arguments.of(SCRAM, "n,,n=,r=", "08P01", "nonce"),
                Arguments.of(SCRAM, "n,,n=,r=a b", "08P01", "nonce"),
                Arguments.of(SCRAM, "n,,n=,r=a\u007f", "08P01", "nonce"),
                Arguments.of(SCRAM, "n,,n=,r=aé", "08P01", "nonce"),
                Arguments.of(SCRAM, "n,,n=,r=abc,1=x", "08P01", "attribute"),
                Arguments.of(SCRAM, "n,,n=,r=abc,x", "08P01", "expected \"=\""),
                Arguments.of(SCRAM, "n,,n=,r=abc\0", "08P01", "NUL"),
                Arguments.of(SCRAM, "n,,n=,r=" + "a".repeat(1020), "08P01", "1024"),
                Arguments.of(SCRAM, "n,a=root,n=,r=abc", "0A000", "authorization identity"),
                Arguments.of(SCRAM, "n,,m=ext,n=,r=abc", "0A000", "extension"),
                Arguments.of(SCRAM, "p=tls-server-end-point,,n=,r=abc", "08P01", "is used"),
                Arguments.of(PLUS, "n,,n=,r=abc", "08P01", "is not used"),
                Arguments.of(PLUS, "y,,n=,r=abc", "08P01", "is not used"),
                Arguments.of(PLUS, "p=tls-unique,,n=,r=abc", "08P01", "channel-binding type"),
                Arguments.of(PLUS, "p=,,n=,r=abc", "08P01", "channel-binding type"),
                Arguments.of(PLUS, "p,,n=,r=abc", "08P01", "expected \"=\""));
    }

    @ParameterizedTest
    @MethodSource("malformedFirsts")
    void refusesAMalformedFirstMessage(
            String mechanism, String message, String sqlState, String inText) {
        assertRefused(
                () -> begin(mechanism, latin1(message), PENCIL, BOUND, true), sqlState, inText);
    }

    @Test
    void ignoresTheUserNameAndOptionalExtensions() {
        AwaitingProof awaiting = begin("n,,n=someone=2Celse,r=abc,x=1,y=2");

        assertThat(new String(awaiting.serverFirst(), StandardCharsets.US_ASCII))
                .startsWith("r=abc" + NONCE + ",s=");
    }

    static List<Arguments> malformedFinals() {
        String nonce = "r=abc" + NONCE;
        String proof = "p=" + Base64.getEncoder().encodeToString(new byte[32]);
        return List.of(
                Arguments.of("", "empty"),
                Arguments.of("c=biws", "expected \"r\""),
                Arguments.of(nonce + "," + proof, "expected \"c\""),
                Arguments.of("c=biws," + nonce, "expected an attribute"),
                Arguments.of("c=biws," + nonce + ",p=", "proof"),
                Arguments.of("c=biws," + nonce + ",p=AAAA", "proof"),
                Arguments.of("c=biws," + nonce + ",p=****", "proof"),
                Arguments.of("c=biws," + nonce + "," + proof + ",x=1", "after its end"),
                Arguments.of("c=eSws," + nonce + "," + proof, "channel-binding attribute"),
                Arguments.of("c=," + nonce + "," + proof, "channel-binding attribute"),
                Arguments.of("c=biws,r=abc," + proof, "nonce does not match"),
                Arguments.of("c=biws," + nonce + "x," + proof, "nonce does not match"),
                Arguments.of("c=biws,r=," + proof, "nonce does not match"));
    }

    @ParameterizedTest
    @MethodSource("malformedFinals")
    void refusesAMalformedLastMessage(String message, String inText) {
        AwaitingProof awaiting = begin("n,,n=,r=abc");

        assertRefused(() -> awaiting.finish(latin1(message)), "08P01", inText);
    }

    @Test
    void offersPlusOnlyWithABinding() {
        assertThat(ScramExchange.mechanisms(BOUND)).containsExactly(PLUS, SCRAM);
        assertThat(ScramExchange.mechanisms(NONE)).containsExactly(SCRAM);
        assertThatThrownBy(() -> begin(SCRAM, latin1("n,,n=,r=a"), PENCIL, NONE, true))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void makesPrintableNoncesThatDiffer() {
        var nonces = ScramExchange.nonces(new SecureRandom());

        String nonce = nonces.get();

        assertThat(nonce).matches("[A-Za-z0-9+/]{24}").isNotEqualTo(nonces.get());
    }

    private static AwaitingProof begin(String clientFirst) {
        return begin(SCRAM, latin1(clientFirst), PENCIL, NONE, false);
    }

    private static AwaitingProof begin(
            String mechanism,
            byte[] clientFirst,
            ScramVerifier verifier,
            ChannelBinding binding,
            boolean offeredPlus) {
        return ScramExchange.begin(
                mechanism, clientFirst, verifier, binding, offeredPlus, () -> NONCE);
    }

    /** What a client sends for these examples after SASLprep. */
    private static byte[] prepared(String password) {
        return (password.equals("I\u00adX") ? "IX" : password).getBytes(StandardCharsets.UTF_8);
    }
}
