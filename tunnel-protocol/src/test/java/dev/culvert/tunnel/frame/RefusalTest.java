package dev.culvert.tunnel.frame;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalTest {
    @ParameterizedTest
    @ValueSource(strings = {"57P02", "00000", "ZZZZZ"})
    void keepsWellFormedStates(String sqlstate) {
        assertThat(Refusal.of(sqlstate, "x").sqlstate()).isEqualTo(sqlstate);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "57P0", "57P022", "57p02", "57P0\u0000", "57P0٣"})
    void replacesMalformedStates(String sqlstate) {
        assertThat(Refusal.of(sqlstate, "x").sqlstate()).isEqualTo("08006");
    }

    @Test
    void cutsTextsAtAThousandCharacters() {
        String most = "m".repeat(1_000);
        String more = most + "m";
        assertThat(new Refusal("57P02", more, more, more))
                .isEqualTo(new Refusal("57P02", most, most, most));
    }
}
