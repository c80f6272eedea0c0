package dev.culvert.wire.scram;

import static dev.culvert.wire.Bytes.latin1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScramVerifierTest {
    private static final String KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    /** The keys of RFC 7677's example, worked out with Python's hashlib and hmac. */
    private static final String PENCIL =
            "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"
                    + "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

    @Test
    void makesTheVerifierThatPostgresMakes() {
        byte[] salt = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");

        assertThat(ScramVerifier.fromPassword("pencil", salt, 4096).encode()).isEqualTo(PENCIL);
    }

    @Test
    void readsBackWhatItWrote() {
        ScramVerifier verifier = ScramVerifier.parse(PENCIL);

        assertThat(verifier.iterations()).isEqualTo(4096);
        assertThat(verifier.salt()).hasSize(16);
        assertThat(verifier.encode()).isEqualTo(PENCIL);
        assertThat(verifier).isEqualTo(ScramVerifier.parse(PENCIL));
        assertThat(verifier).hasSameHashCodeAs(ScramVerifier.parse(PENCIL));
    }

    @Test
    void doesNotShowItself() {
        assertThat(ScramVerifier.parse(PENCIL).toString())
                .doesNotContain(
                        "W22Z",
                        "4096",
                        "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=",
                        "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
    }

    @Test
    void makesAVerifierOfAnEmptyPassword() {
        assertThat(ScramVerifier.fromPassword("", latin1("salt"), 1).storedKey()).hasSize(32);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "md5d8578edf8458ce06fbc5bb76a58c5ca4",
                "SCRAM-SHA-1$4096:AAAA$" + KEY + ":" + KEY,
                "SCRAM-SHA-256$0:AAAA$" + KEY + ":" + KEY,
                "SCRAM-SHA-256$-1:AAAA$" + KEY + ":" + KEY,
                "SCRAM-SHA-256$600001:AAAA$" + KEY + ":" + KEY,
                "SCRAM-SHA-256$99999999999:AAAA$" + KEY + ":" + KEY,
                "SCRAM-SHA-256$4096:$" + KEY + ":" + KEY,
                "SCRAM-SHA-256$4096:A$" + KEY + ":" + KEY,
                "SCRAM-SHA-256$4096:AAAA$AAAA:" + KEY,
                "SCRAM-SHA-256$4096:AAAA$" + KEY + ":AAAA",
                "SCRAM-SHA-256$4096:AAAA$" + KEY,
                "SCRAM-SHA-256$4096:AAAA$" + KEY + ":" + KEY + "\n",
                " SCRAM-SHA-256$4096:AAAA$" + KEY + ":" + KEY
            })
    void refusesAnythingElse(String text) {
        assertThatThrownBy(() -> ScramVerifier.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("SCRAM verifier: ")
                .hasMessageNotContaining("AAAA");
    }

    @Test
    void acceptsItsPasswordOnly() {
        ScramVerifier verifier = ScramVerifier.fromPassword("pencil", new byte[16], 64);

        assertThat(verifier.accepts("pencil")).isTrue();
        assertThat(verifier.accepts("Pencil")).isFalse();
        assertThat(verifier.accepts("")).isFalse();
    }

    @Test
    void boundsTheSalt() {
        var key = new byte[32];

        assertThat(new ScramVerifier(1, new byte[1024], key, key).encode()).isNotEmpty();
        assertThatThrownBy(() -> new ScramVerifier(1, new byte[1025], key, key))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ScramVerifier(1, new byte[0], key, key))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void givesAnUnknownUserTheSameSaltEveryTime() {
        byte[] secret = latin1("server secret");

        ScramVerifier mock = MockVerifier.forUser(secret, "nobody");

        assertThat(mock).isEqualTo(MockVerifier.forUser(secret, "nobody"));
        assertThat(mock.salt()).hasSize(16);
        assertThat(mock.iterations()).isEqualTo(ScramVerifier.DEFAULT_ITERATIONS);
        assertThat(mock.salt()).isNotEqualTo(MockVerifier.forUser(secret, "somebody").salt());
        assertThat(mock.salt())
                .isNotEqualTo(MockVerifier.forUser(latin1("another"), "nobody").salt());
        assertThat(MockVerifier.forUser(secret, "nobody", 9000).salt()).isEqualTo(mock.salt());
    }
}
