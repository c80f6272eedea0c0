package dev.culvert.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.agent.config.Catalogue;
import dev.culvert.agent.config.Setting;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class RelayCommandTest {
    @TempDir private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void the_configuration_is_printed_with_where_it_is_from() {
        int exitCode =
                run(
                        "--print-config",
                        "--postgres-port=0",
                        "--https-port=0",
                        "--domain=a.example",
                        "--domain=b.example",
                        "--proxy-from=10.0.0.0/8,::1",
                        "--allow-md5",
                        "--cleartext-password=false");

        assertThat(exitCode).isZero();
        assertThat(out.toString())
                .contains(
                        "domains: [\"a.example\", \"b.example\"]  # --domain\n",
                        "  port: 0  # --postgres-port\n",
                        "  allowMd5: true  # --allow-md5\n",
                        "  cleartextPassword: false  # --cleartext-password\n",
                        "  trusted: [\"10.0.0.0/8\", ",
                        "  lifetime: 3600  # default\n");
    }

    @Test
    void a_configuration_that_makes_sense_passes_the_check() {
        assertThat(run("--check-config", "--postgres-port=0", "--https-port=0")).isZero();

        assertThat(out.toString()).isEqualTo("The configuration makes sense.\n");
    }

    @Test
    void one_that_makes_none_is_explained_and_exit_code_2() throws Exception {
        Path file = Files.writeString(directory.resolve("relay.yaml"), "bind: 1\nlimits: 2\n");

        assertThat(run("--check-config", "--config=" + file)).isEqualTo(2);

        assertThat(err.toString())
                .contains(
                        "culvert: "
                                + file
                                + " line 1: bind: \"1\" is not a text (put it into"
                                + " quotes)\n",
                        "culvert: " + file + " line 2: limits is no setting");
    }

    @Test
    void the_check_loads_the_certificates() {
        Path certificate = directory.resolve("absent.crt");

        int exitCode =
                run(
                        "--check-config",
                        "--postgres-port=0",
                        "--https-port=0",
                        "--cert=" + certificate,
                        "--key=" + directory.resolve("absent.key"));

        assertThat(exitCode).isEqualTo(2);
        assertThat(err.toString()).contains(certificate.toString());
    }

    @Test
    void the_help_names_the_flag_of_every_setting() {
        assertThat(run("--help")).isZero();

        for (Setting<?> setting : Catalogue.settings()) {
            assertThat(out.toString()).contains(setting.flag());
        }
    }

    private int run(String... arguments) {
        return new CommandLine(new RelayCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
