package dev.culvert.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.certs.ServerCertificate;
import dev.culvert.certs.issue.DevelopmentCa;
import dev.culvert.certs.load.CertificateFiles;
import dev.culvert.certs.load.PemText;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.observe.AuditLog;
import dev.culvert.relay.config.HttpsSettings;
import dev.culvert.relay.config.RelaySettings;
import dev.culvert.relay.config.TunnelSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates in files that are swapped as Kubernetes swaps those of a mounted secret. */
class RunningRelayTest {
    private static final String HOST = "a.relay.test";
    private static final String FAILURES = "culvert.certificates.reload.failures";

    @TempDir private Path directory;

    private DevelopmentCa ca;
    private Path mounted;
    private int generations;

    @BeforeEach
    void mountSecret() throws Exception {
        ca = DevelopmentCa.openOrCreate(directory.resolve("ca"), Clock.systemUTC());
        mounted = Files.createDirectory(directory.resolve("secret"));
        swap(writeCertificate());
        Files.createSymbolicLink(mounted.resolve("tls.crt"), Path.of("..data/tls.crt"));
        Files.createSymbolicLink(mounted.resolve("tls.key"), Path.of("..data/tls.key"));
    }

    @Test
    void both_listeners_follow_a_secret_and_keep_the_old_when_the_new_is_bad() throws Exception {
        try (RunningRelay running = start()) {
            int postgres = running.relay().postgresPort();
            int https = running.relay().httpsPort();
            String first = certificate(postgres, true);
            assertThat(certificate(https, false)).isEqualTo(first);

            swap(writeCertificate());
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> !certificate(postgres, true).equals(first));
            String second = certificate(postgres, true);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> certificate(https, false).equals(second));

            assertThat(running.meters().get(FAILURES).counter().count()).isZero();
            Path bad = Files.createDirectory(mounted.resolve("..bad"));
            Files.writeString(bad.resolve("tls.crt"), "no certificate");
            Files.writeString(bad.resolve("tls.key"), "no key");
            swap(bad);
            Path good = writeCertificate();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> running.meters().get(FAILURES).counter().count() == 1);
            assertThat(certificate(postgres, true)).isEqualTo(second);

            swap(good);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> !certificate(postgres, true).equals(second));
        }
    }

    @Test
    void a_certificate_that_the_engine_cannot_use_keeps_the_old_and_counts() throws Exception {
        try (RunningRelay running = start()) {
            int postgres = running.relay().postgresPort();
            int https = running.relay().httpsPort();
            String first = certificate(postgres, true);

            swap(writeRsaPss());
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> running.meters().get(FAILURES).counter().count() == 1);

            assertThat(certificate(postgres, true)).isEqualTo(first);
            assertThat(certificate(https, false)).isEqualTo(first);
        }
    }

    @Test
    void the_HTTPS_listener_refuses_weak_ciphers() throws Exception {
        try (RunningRelay running = start()) {
            int https = running.relay().httpsPort();

            assertThat(tls12(https, "ECDHE-ECDSA-AES128-GCM-SHA256")).isZero();
            assertThat(tls12(https, "ECDHE-ECDSA-AES128-SHA")).isNotZero();
            assertThat(tls12(https, "ECDHE-ECDSA-AES256-SHA384")).isNotZero();
        }
    }

    private int tls12(int port, String cipher) throws Exception {
        Process process =
                new ProcessBuilder(
                                "openssl",
                                "s_client",
                                "-tls1_2",
                                "-connect",
                                "127.0.0.1:" + port,
                                "-servername",
                                HOST,
                                "-cipher",
                                cipher + ":@SECLEVEL=0")
                        .redirectErrorStream(true)
                        .start();
        process.getOutputStream().close();
        process.getInputStream().readAllBytes();
        return process.waitFor();
    }

    /** A kind of key that BoringSSL does not take. */
    private Path writeRsaPss() throws Exception {
        Path generation = Files.createDirectory(mounted.resolve("..generation-" + generations++));
        Process process =
                new ProcessBuilder(
                                "openssl",
                                "req",
                                "-x509",
                                "-newkey",
                                "rsa-pss",
                                "-nodes",
                                "-subj",
                                "/CN=pss",
                                "-addext",
                                "subjectAltName=DNS:*.relay.test",
                                "-keyout",
                                generation.resolve("tls.key").toString(),
                                "-out",
                                generation.resolve("tls.crt").toString())
                        .redirectErrorStream(true)
                        .start();
        process.getInputStream().readAllBytes();
        assertThat(process.waitFor()).isZero();
        return generation;
    }

    private RunningRelay start() {
        return RunningRelay.start(
                new RelaySettings(
                        "relay.test",
                        FrontSettings.on("127.0.0.1", 0),
                        new HttpsSettings("127.0.0.1", 0, null),
                        TunnelSettings.DEFAULTS),
                List.of(
                        CertificateFiles.of(
                                mounted.resolve("tls.crt"), mounted.resolve("tls.key"))),
                Duration.ofMillis(50),
                new AuditLog());
    }

    private Path writeCertificate() throws Exception {
        Path generation = Files.createDirectory(mounted.resolve("..generation-" + generations++));
        // a name more each time, so that the CA issues a new certificate
        ServerCertificate certificate =
                ca.serverCertificate(
                        new LinkedHashSet<>(
                                List.of("*.relay.test", "generation-" + generations + ".test")));
        Files.writeString(generation.resolve("tls.crt"), PemText.certificates(certificate.chain()));
        Files.writeString(generation.resolve("tls.key"), PemText.privateKey(certificate.key()));
        return generation;
    }

    /** As the kubelet does: a new link beside the old, moved over it in one step. */
    private void swap(Path generation) throws Exception {
        Path link = mounted.resolve("..data_tmp");
        Files.createSymbolicLink(link, generation.getFileName());
        Files.move(link, mounted.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** The certificate that a listener shows to {@value #HOST}. */
    private String certificate(int port, boolean postgres) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "openssl",
                                "s_client",
                                "-connect",
                                "127.0.0.1:" + port,
                                "-servername",
                                HOST,
                                "-CAfile",
                                ca.caFile().toString(),
                                "-verify_hostname",
                                HOST,
                                "-verify_return_error"));
        if (postgres) {
            command.addAll(List.of("-starttls", "postgres"));
        }
        Process process = new ProcessBuilder(command).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.substring(
                output.indexOf("-----BEGIN CERTIFICATE"), output.indexOf("-----END CERTIFICATE"));
    }
}
