package dev.culvert.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Options of {@code culvert serve} in the command line, the environment and a file. */
class OptionDefaultsTest {
    @TempDir private Path directory;

    @Test
    void the_command_line_counts_most_then_the_environment_then_the_file() throws Exception {
        Path file = file("port: 1\nuser: anna\nno-fsync: true\nsocket: /tmp/pg\n");
        Map<String, String> environment =
                Map.of(
                        "CULVERT_CONFIG", file.toString(),
                        "CULVERT_PORT", "2",
                        "CULVERT_QUEUE_TIMEOUT", "7");

        assertThat(option(environment, "--port")).isEqualTo(2);
        assertThat(option(environment, "--user")).isEqualTo("anna");
        assertThat(option(environment, "--no-fsync")).isEqualTo(true);
        assertThat(option(environment, "--socket")).isEqualTo(Path.of("/tmp/pg"));
        assertThat(option(environment, "--queue-timeout")).isEqualTo(7);
        assertThat(option(environment, "--bind")).isEqualTo("127.0.0.1");
        assertThat(option(environment, "--port", "--port", "3")).isEqualTo(3);
    }

    @Test
    void what_is_no_option_of_the_command_is_told() throws Exception {
        Path file = file("relay: wss://relay.example\n");

        assertThatThrownBy(() -> option(Map.of(), "--port", "--config", file.toString()))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining("\"relay\" is no option of serve");
    }

    private Path file(String text) throws Exception {
        return Files.writeString(directory.resolve("serve.yaml"), text);
    }

    private static Object option(Map<String, String> environment, String name, String... words) {
        CommandLine serve =
                new CommandLine(new ServeCommand()).setCaseInsensitiveEnumValuesAllowed(true);
        serve.setDefaultValueProvider(new OptionDefaults(environment));
        return serve.parseArgs(words).commandSpec().findOption(name).getValue();
    }
}
