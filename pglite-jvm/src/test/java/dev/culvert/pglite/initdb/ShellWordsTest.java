package dev.culvert.pglite.initdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ShellWordsTest {
    @Test
    void words_are_split_as_a_shell_splits_them() {
        assertThat(ShellWords.split("  a  b\tc ")).isEqualTo(List.of("a", "b", "c"));
        assertThat(ShellWords.split("\"/pglite/bin/postgres\" -D '/a b' x\\ y"))
                .isEqualTo(List.of("/pglite/bin/postgres", "-D", "/a b", "x y"));
        assertThat(ShellWords.split("\"a \\\"b\\\" \\n\" '' z"))
                .isEqualTo(List.of("a \"b\" \\n", "", "z"));
        assertThat(ShellWords.split("")).isEmpty();
    }

    @Test
    void an_operator_ends_the_command() {
        assertThat(ShellWords.split("postgres -V < /dev/null > \"/dev/null\" 2>&1"))
                .isEqualTo(List.of("postgres", "-V"));
        assertThat(ShellWords.split("a;b")).isEqualTo(List.of("a"));
        assertThat(ShellWords.split("'a;b'")).isEqualTo(List.of("a;b"));
    }
}
