package dev.culvert.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Where options of {@code culvert share} may stand, and which counts first. */
class ShareArgumentsTest {
    @TempDir private Path directory;

    private CommandLine.ParseResult parse(Map<String, String> environment, String... arguments) {
        CommandLine command = new CommandLine(new ShareCommand());
        command.setCaseInsensitiveEnumValuesAllowed(true);
        command.setDefaultValueProvider(new OptionDefaults(environment));
        return command.parseArgs(arguments);
    }

    private static Object value(CommandLine.ParseResult result, String option) {
        return result.commandSpec().findOption(option).getValue();
    }

    private Path file(String text) throws Exception {
        return Files.writeString(directory.resolve("share.yaml"), text);
    }

    @Test
    void the_command_line_counts_first_then_the_environment_then_the_file() throws Exception {
        Path file = file("relay: wss://file\nname: file\nuser: file\nidle-timeout: 7.5\n");
        CommandLine.ParseResult result =
                parse(
                        Map.of("CULVERT_NAME", "environment", "CULVERT_USER", "environment"),
                        "--config",
                        file.toString(),
                        "--user",
                        "line");
        assertThat(value(result, "--relay")).hasToString("wss://file");
        assertThat(value(result, "--name")).isEqualTo("environment");
        assertThat(value(result, "--user")).isEqualTo(List.of("line"));
        assertThat(value(result, "--idle-timeout")).hasToString("PT7.5S");
    }

    @Test
    void lists_of_the_file_and_texts_with_commas_are_several_options() throws Exception {
        Path file = file("allow:\n  - 192.0.2.0/24\n  - 2001:db8::/32\nmemory: true\n");
        CommandLine.ParseResult result =
                parse(Map.of("CULVERT_CONFIG", file.toString(), "CULVERT_USER", "a,b"));
        assertThat(value(result, "--allow")).isEqualTo(List.of("192.0.2.0/24", "2001:db8::/32"));
        assertThat(value(result, "--user")).isEqualTo(List.of("a", "b"));
        assertThat(value(result, "--memory")).isEqualTo(true);
    }

    @Test
    void a_file_that_makes_no_sense_is_refused_by_name() throws Exception {
        for (String text : new String[] {"colour: red", "- a list", "a: [", "config: x"}) {
            Path file = file(text);
            assertThatThrownBy(() -> parse(Map.of(), "--config", file.toString()))
                    .isInstanceOf(ParameterException.class)
                    .hasMessageContaining("share.yaml");
        }
        assertThatThrownBy(() -> parse(Map.of(), "--config", "missing.yaml"))
                .hasMessageContaining("no such file");
    }
}
