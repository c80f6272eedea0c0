package dev.culvert.wire.scram;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SaslPrepTest {

    /** The first five are the examples of RFC 4013, section 3. */
    @ParameterizedTest
    @CsvSource({
        "I\u00adX, IX",
        "user, user",
        "USER, USER",
        "\u00aa, a",
        "\u2168, IX",
        "a\u00a0b, a b",
        "\u3000x, ' x'",
        "a\u200bb, a b",
        "e\u0301, \u00e9",
        "\ufb01, fi",
        "\u0627\u0644\u0642, \u0627\u0644\u0642",
        "\u06271\u0628, \u06271\u0628"
    })
    void preparesLikePostgres(String password, String prepared) {
        assertThat(SaslPrep.prepare(password)).isEqualTo(prepared);
    }

    /**
     * Controls, direction, unassigned in Unicode 3.2 (the newer letter and the key), private use,
     * nothing left. The ligature shows that nothing else was changed either.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\ufb01\u0007",
                "\u06271",
                "\u0627a\u0628",
                "\ufb01\u0221",
                "\ufb01🔑",
                "\ufb01\ue000",
                "\ufb01\u200e",
                "\ufb01\ufffd",
                "\ufb01\u0340",
                "\u00ad",
                "\u0007"
            })
    void usesAPasswordAsItIsWhenSaslPrepRefusesIt(String password) {
        assertThat(SaslPrep.prepare(password)).isEqualTo(password);
    }
}
