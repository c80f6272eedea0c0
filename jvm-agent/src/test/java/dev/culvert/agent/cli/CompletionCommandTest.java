package dev.culvert.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Help and completion of every command. */
class CompletionCommandTest {
    @Test
    void bash_completes_commands_and_options(@TempDir Path directory) throws Exception {
        Path script = directory.resolve("completion");
        Files.writeString(script, output("completion"));
        // compopt is for a shell that completes
        String ask =
                "compopt() { :; }; source "
                        + script
                        + "; COMP_WORDS=(culvert serve --soc); COMP_CWORD=2; _complete_culvert;"
                        + " echo ${COMPREPLY[@]}; COMP_WORDS=(culvert che); COMP_CWORD=1;"
                        + " _complete_culvert; echo ${COMPREPLY[@]}";
        Process bash = new ProcessBuilder("bash", "-c", ask).redirectErrorStream(true).start();

        assertThat(new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("--socket\ncheck\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"share", "serve", "demo", "relay", "check", "certs", "health", "completion"})
    void help_has_examples(String command) {
        assertThat(output(command, "--help"))
                .contains("Usage: culvert " + command)
                .contains("Examples:")
                .contains("  culvert " + command);
    }

    private static String output(String... words) {
        StringWriter out = new StringWriter();
        CommandLine culvert = Culvert.commandLine().setOut(new PrintWriter(out, true));
        assertThat(culvert.execute(words)).isZero();
        return out.toString();
    }
}
