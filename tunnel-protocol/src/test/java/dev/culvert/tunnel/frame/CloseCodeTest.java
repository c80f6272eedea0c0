package dev.culvert.tunnel.frame;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CloseCodeTest {
    @ParameterizedTest
    @EnumSource
    void isFoundByItsCode(CloseCode code) {
        assertThat(CloseCode.of(code.code())).contains(code);
    }

    @Test
    void codesOutsideTheSpecificationAreUnknown() {
        assertThat(CloseCode.of(1006)).isEmpty();
        assertThat(CloseCode.of(4008)).isEmpty();
    }
}
