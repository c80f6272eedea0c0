package dev.culvert.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code culvert certs}, as a process with a home of its own. */
class CertsCommandTest {
    @TempDir private Path home;

    @Test
    void shows_the_CA() throws Exception {
        assertThat(culvert("certs", "show"))
                .contains("CN=Culvert development CA")
                .contains("fingerprint  SHA-256 ")
                .contains("No relay has been started yet");
    }

    @Test
    void exports_what_openssl_reads() throws Exception {
        Path file = home.resolve("exported.pem");

        culvert("certs", "export", "--out", file.toString());

        assertThat(run(List.of("openssl", "x509", "-in", file.toString(), "-noout", "-subject")))
                .contains("Culvert development CA");
        assertThat(culvert("certs", "export")).isEqualTo(Files.readString(file));
    }

    @Test
    void tells_how_programs_come_to_trust_it() throws Exception {
        assertThat(culvert("certs", "trust"))
                .contains("PGSSLROOTCERT='" + home.resolve("certs/ca.crt") + "'")
                .contains("keytool -importcert")
                .contains("NODE_EXTRA_CA_CERTS")
                .contains("update-ca-certificates")
                .contains("certutil");
    }

    @Test
    void renewing_nothing_is_an_error_that_says_so() throws Exception {
        Process process = start("certs", "renew");

        assertThat(new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                .startsWith("culvert: ");
        assertThat(process.waitFor()).isEqualTo(1);
    }

    private String culvert(String... arguments) throws Exception {
        Process process = start(arguments);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return output;
    }

    private Process start(String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                ProcessHandle.current().info().command().orElseThrow(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Culvert.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("CULVERT_HOME", home.toString());
        return builder.start();
    }

    private static String run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
