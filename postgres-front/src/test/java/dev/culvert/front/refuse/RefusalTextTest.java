package dev.culvert.front.refuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.culvert.front.sharing.Holder;
import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.error.Severity;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RefusalTextTest {
    @ParameterizedTest
    @EnumSource(RefusalText.class)
    void says_what_happened_and_what_to_do(RefusalText text) {
        assertThat(text.message()).isNotBlank().doesNotEndWith(".");
        assertThat(text.hint()).endsWith(".");
    }

    @Test
    void puts_values_where_the_braces_are() {
        ErrorResponse error =
                Refusals.occupied(
                                "abc123",
                                new Holder("4f1c9a", "anna", Instant.parse("2026-01-01T00:00:00Z")))
                        .error();

        assertThat(error.severity()).isEqualTo(Severity.FATAL);
        assertThat(error.sqlState()).isEqualTo("53300");
        assertThat(error.message()).isEqualTo("the database \"abc123\" has a client already");
        assertThat(error.detail())
                .isEqualTo("Session 4f1c9a of user anna has it since 2026-01-01T00:00:00Z.");
    }

    @Test
    void does_not_read_braces_in_values() {
        assertThat(Refusals.routesDisagree("{other}", "$1").error().message())
                .isEqualTo("the connection names two tunnels: {other} and $1");
    }

    @Test
    void refuses_values_that_have_no_braces() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RefusalText.STOPPED.with("abc123"))
                .withMessageContaining("STOPPED");
    }

    @Test
    void rounds_waiting_times_up() {
        assertThat(Refusals.tooManyFailures(Duration.ofMillis(1)).error().hint())
                .startsWith("Wait 1 seconds");
    }
}
