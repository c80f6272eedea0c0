package dev.culvert.front.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.culvert.certs.CertificateSet;
import dev.culvert.certs.issue.DevelopmentCa;
import dev.culvert.certs.load.PemFiles;
import dev.culvert.front.listen.TlsFront.Result;
import dev.culvert.front.listen.TlsSettings.Engine;
import io.netty.handler.ssl.OpenSsl;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Clock;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** TLS as psql, pgjdbc, OpenSSL and a scanner see it, on both engines. */
class TlsIT {
    @TempDir private Path directory;

    @Test
    void openssl_is_the_engine_where_it_loads() {
        assertThat(OpenSsl.isAvailable()).isTrue();
        assertThat(Engine.BEST.provider()).isNotEqualTo(Engine.JDK.provider());
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void every_domain_gets_its_certificate(Engine engine) {
        try (TlsFront front = new TlsFront(directory, engine, false)) {
            assertThat(front.openssl("a.one.test").output()).contains("Verify return code: 0 (ok)");
            assertThat(front.openssl("a.two.test").output()).contains("Verify return code: 0 (ok)");
            assertThat(front.openssl("a.three.test").exitCode()).isNotZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void psql_logs_in_with_channel_binding(Engine engine) {
        try (TlsFront front = new TlsFront(directory, engine, false)) {
            assertThat(front.psql("a.one.test", "anna", "channel_binding=require"))
                    .isEqualTo(new Result(0, "SELECT 0\n"));
            assertThat(front.psql("a.two.test", "anna", "channel_binding=require").exitCode())
                    .isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void old_versions_and_weak_ciphers_are_refused(Engine engine) {
        try (TlsFront front = new TlsFront(directory, engine, false)) {
            assertThat(front.openssl("a.one.test", "-tls1_2").exitCode()).isZero();
            assertThat(front.openssl("a.one.test", "-tls1_3").exitCode()).isZero();
            String weakest = "ALL:@SECLEVEL=0";
            assertThat(front.openssl("a.one.test", "-tls1_1", "-cipher", weakest).exitCode())
                    .isNotZero();
            assertThat(front.openssl("a.one.test", "-tls1", "-cipher", weakest).exitCode())
                    .isNotZero();
            for (String cipher : new String[] {"ECDHE-ECDSA-AES128-SHA", "aNULL", "RSA"}) {
                assertThat(
                                front.openssl(
                                                "a.one.test",
                                                "-tls1_2",
                                                "-cipher",
                                                cipher + ":@SECLEVEL=0")
                                        .exitCode())
                        .as(cipher)
                        .isNotZero();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void a_scanner_finds_nothing_weak(Engine engine) {
        assumeThat(TlsFront.run("which", "sslscan").exitCode())
                .as("sslscan is installed (Debian's package sslscan)")
                .isZero();
        try (TlsFront front = new TlsFront(directory, engine, false)) {
            String scan =
                    TlsFront.run(
                                    "sslscan",
                                    "--starttls-psql",
                                    "--xml=-",
                                    "--sni-name=a.one.test",
                                    "127.0.0.1:" + front.port())
                            .output();

            for (String old : new String[] {"2", "3"}) {
                assertThat(scan).contains("type=\"ssl\" version=\"" + old + "\" enabled=\"0\"");
            }
            for (String old : new String[] {"1.0", "1.1"}) {
                assertThat(scan).contains("type=\"tls\" version=\"" + old + "\" enabled=\"0\"");
            }
            for (String present : new String[] {"1.2", "1.3"}) {
                assertThat(scan).contains("type=\"tls\" version=\"" + present + "\" enabled=\"1\"");
            }
            assertThat(scan).contains("strength=\"strong\"");
            assertThat(scan).doesNotContain("strength=\"weak\"");
            assertThat(scan).doesNotContain("strength=\"medium\"");
            assertThat(scan).doesNotContain("strength=\"anonymous\"");
            assertThat(scan).doesNotContain("strength=\"null\"");
            assertThat(scan).doesNotContain("vulnerable=\"1\"");
            assertThat(scan).contains("<renegotiation supported=\"0\"");
        }
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void replaced_certificates_touch_no_connection(Engine engine) throws Exception {
        try (TlsFront front = new TlsFront(directory, engine, false);
                Connection before = connect(front, new Properties());
                Statement statement = before.createStatement()) {
            String old = fingerprint(front);

            // the CA keeps one certificate at a time, so that these are issued anew
            front.tls.replace(front.certificates());

            assertThat(fingerprint(front)).isNotEqualTo(old);
            statement.execute("SELECT 1");
            assertThat(front.psql("a.one.test", "anna").exitCode()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void renegotiation_ends_the_connection(Engine engine) {
        try (TlsFront front = new TlsFront(directory, engine, false)) {
            Result result =
                    TlsFront.run(
                            "sh",
                            "-c",
                            "(sleep 1; echo R; sleep 1) | openssl s_client -tls1_2"
                                    + " -starttls postgres -servername a.one.test -connect"
                                    + " 127.0.0.1:"
                                    + front.port());

            assertThat(result.output()).contains("RENEGOTIATING").contains("alert");
            assertThat(result.exitCode()).isNotZero();
        }
    }

    @Test
    void certificates_that_OpenSSL_cannot_use_do_not_replace_those_that_it_can() {
        try (TlsFront front = new TlsFront(directory, Engine.BEST, false)) {
            String old = fingerprint(front);
            CertificateSet unusable = rsaPss();

            assertThatThrownBy(() -> front.tls.replace(unusable))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no TLS with the certificate of");

            assertThat(fingerprint(front)).isEqualTo(old);
        }
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void direct_TLS_works_with_pgjdbc(Engine engine) throws Exception {
        Properties properties = new Properties();
        properties.setProperty("sslNegotiation", "direct");
        properties.setProperty("channelBinding", "require");
        try (TlsFront front = new TlsFront(directory, engine, false);
                Connection connection = connect(front, properties);
                Statement statement = connection.createStatement()) {
            assertThat(statement.execute("SELECT 1")).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void a_client_certificate_has_to_be_the_users(Engine engine) throws Exception {
        DevelopmentCa stranger =
                DevelopmentCa.openOrCreate(directory.resolve("stranger"), Clock.systemUTC());
        try (TlsFront front = new TlsFront(directory, engine, true)) {
            String[] annas = front.clientCertificate(front.ca, "anna");

            assertThat(front.psql("a.one.test", "anna", annas).exitCode()).isZero();

            Result berts = front.psql("a.one.test", "bert", annas);
            assertThat(berts.exitCode()).isEqualTo(2);
            assertThat(berts.output())
                    .contains("FATAL:  certificate authentication failed for user \"bert\"");

            Result none = front.psql("a.one.test", "anna", "sslcert=/nonexistent");
            assertThat(none.exitCode()).isEqualTo(2);
            assertThat(none.output()).contains("alert");

            Result foreign =
                    front.psql("a.one.test", "anna", front.clientCertificate(stranger, "anna"));
            assertThat(foreign.exitCode()).isEqualTo(2);
            assertThat(foreign.output()).contains("alert");

            // a dot at the end of the name is no way around it; TLS 1.2, where the alert comes
            // before the client is done
            Result dot = front.openssl("a.one.test", "-tls1_2", "-servername", "a.one.test.");
            assertThat(dot.output()).contains("alert");
            assertThat(dot.exitCode()).isNotZero();

            // the other domain does not ask
            assertThat(front.psql("a.two.test", "bert").exitCode()).isZero();
        }
    }

    /** A kind of key that BoringSSL does not take. */
    private CertificateSet rsaPss() {
        Path certificate = directory.resolve("pss.crt");
        Path key = directory.resolve("pss.key");
        Result made =
                TlsFront.run(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa-pss",
                        "-nodes",
                        "-subj",
                        "/CN=pss",
                        "-addext",
                        "subjectAltName=DNS:*.one.test",
                        "-keyout",
                        key.toString(),
                        "-out",
                        certificate.toString());
        assertThat(made.exitCode()).as(made.output()).isZero();
        return CertificateSet.of(PemFiles.load(certificate, key, null));
    }

    private static Connection connect(TlsFront front, Properties properties) throws Exception {
        properties.setProperty("user", "anna");
        properties.setProperty("password", "secret");
        properties.setProperty("sslmode", "verify-ca");
        properties.setProperty("sslrootcert", front.ca.caFile().toString());
        properties.setProperty("preferQueryMode", "simple");
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + front.port() + "/x", properties);
    }

    private static String fingerprint(TlsFront front) {
        String output = front.openssl("a.one.test").output();
        return output.substring(
                output.indexOf("-----BEGIN CERTIFICATE"), output.indexOf("-----END CERTIFICATE"));
    }
}
