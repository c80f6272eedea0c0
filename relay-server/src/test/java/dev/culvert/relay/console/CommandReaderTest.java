package dev.culvert.relay.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.relay.console.Command.Drain;
import dev.culvert.relay.console.Command.Ignored;
import dev.culvert.relay.console.Command.Kill;
import dev.culvert.relay.console.Command.Kind;
import dev.culvert.relay.console.Command.Resume;
import dev.culvert.relay.console.Command.Show;
import dev.culvert.relay.console.Command.Target;
import dev.culvert.wire.error.WireException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandReaderTest {
    @Test
    void words_have_any_case_and_names_may_be_quoted() {
        assertThat(
                        CommandReader.read(
                                """
                                show Tunnels; KILL a-b--c; kill SESSION 'x y' ;; /* no; */
                                Drain "TUNNEL" abc; drain; RESUME -- now;
                                ;set extra_float_digits = 3\
                                """))
                .containsExactly(
                        new Show(Table.TUNNELS),
                        new Kill(new Target(Kind.EITHER, "a-b--c")),
                        new Kill(new Target(Kind.SESSION, "x y")),
                        new Drain(Optional.of(new Target(Kind.TUNNEL, "abc"))),
                        new Drain(Optional.empty()),
                        new Resume(),
                        new Ignored("SET"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ; ;", "-- nothing", "/* nothing */"})
    void nothing_is_no_command(String text) {
        assertThat(CommandReader.read(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1",
                "SHOW",
                "SHOW server_version",
                "SHOW TUNNELS now",
                "KILL",
                "KILL SESSION a b",
                "KILL CLIENT a",
                "DRAIN TUNNEL a b",
                "RESUME abc",
                "KILL 'abc",
                "SHOW TUNNELS; KILL \"abc"
            })
    void anything_else_is_told_where_the_list_is(String text) {
        assertThatThrownBy(() -> CommandReader.read(text))
                .isInstanceOfSatisfying(
                        WireException.class,
                        failure -> {
                            assertThat(failure.response().sqlState()).isEqualTo("42601");
                            assertThat(failure.response().hint()).contains("SHOW HELP");
                        });
    }

    @Test
    void a_long_text_is_read_without_recursion_and_shown_in_part() {
        assertThatThrownBy(() -> CommandReader.read("'" + "a".repeat(60_000) + "'"))
                .hasMessageMatching("42601: the console does not know: a{40}…");
        assertThatThrownBy(() -> CommandReader.read("/*" + "a".repeat(60_000)))
                .isInstanceOf(WireException.class);
    }
}
