package dev.culvert.front.listen;

import dev.culvert.certs.CertificateSet;
import dev.culvert.certs.ClientCertificate;
import dev.culvert.certs.issue.DevelopmentCa;
import dev.culvert.certs.load.PemText;
import dev.culvert.front.backend.Route;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.front.observe.RefusedClient;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.observe.SessionTotals;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.front.testing.FakeBackend;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A front with certificates of a CA of its own, and the programs that look at its TLS. */
final class TlsFront implements AutoCloseable {
    final TlsContexts tls;
    final DevelopmentCa ca;

    private final Path directory;
    private final Vertx vertx = Vertx.vertx();
    private final PostgresFront front;

    /** What a program said, and how it ended. */
    record Result(int exitCode, String output) {}

    /** A front for {@code *.one.test} and {@code *.two.test}. */
    TlsFront(Path directory, TlsSettings.Engine engine, boolean clientCertificates) {
        this.directory = directory;
        ca = DevelopmentCa.openOrCreate(directory.resolve("certs"), Clock.systemUTC());
        List<ClientCertificates> policies =
                clientCertificates
                        ? List.of(
                                new ClientCertificates(
                                        "one.test", List.of(ca.caCertificate()), true))
                        : List.of();
        tls = new TlsContexts(certificates(), new TlsSettings(engine, policies));
        FakeBackend backend =
                new FakeBackend().with("anna", "secret", null).with("bert", "secret", null);
        front =
                PostgresFront.listen(
                                vertx,
                                FrontSettings.on("127.0.0.1", 0),
                                tls,
                                (_, startup) -> new Route.Found(backend, startup),
                                new Silent())
                        .await();
    }

    /** New certificates, with new keys. */
    CertificateSet certificates() {
        return CertificateSet.of(
                List.of(
                        ca.serverCertificate(new LinkedHashSet<>(List.of("*.one.test"))),
                        ca.serverCertificate(new LinkedHashSet<>(List.of("*.two.test")))));
    }

    int port() {
        return front.port();
    }

    /** Debian's psql, with {@code sslmode=verify-full} and SCRAM. */
    Result psql(String host, String user, String... parameters) {
        StringBuilder conninfo =
                new StringBuilder(
                        "hostaddr=127.0.0.1 dbname=x password=secret sslmode=verify-full"
                                + " connect_timeout=20 port="
                                + port());
        conninfo.append(" host=").append(host).append(" user=").append(user);
        conninfo.append(" sslrootcert=").append(ca.caFile());
        for (String parameter : parameters) {
            conninfo.append(' ').append(parameter);
        }
        return run("psql", "-X", "-d", conninfo.toString(), "-c", "SELECT 1");
    }

    /** {@code openssl s_client} with the host name verified. */
    Result openssl(String host, String... options) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "openssl",
                                "s_client",
                                "-starttls",
                                "postgres",
                                "-connect",
                                "127.0.0.1:" + port(),
                                "-servername",
                                host,
                                "-CAfile",
                                ca.caFile().toString(),
                                "-verify_hostname",
                                host,
                                "-verify_return_error"));
        command.addAll(List.of(options));
        return run(command.toArray(String[]::new));
    }

    /** Writes a client certificate for libpq, and returns its connection parameters. */
    String[] clientCertificate(DevelopmentCa issuer, String name) throws IOException {
        ClientCertificate certificate = issuer.clientCertificate(name);
        Path chain = Files.createTempFile(directory, "client", ".crt");
        Path key =
                Files.createTempFile(
                        directory,
                        "client",
                        ".key",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        Files.writeString(chain, PemText.certificates(certificate.chain()));
        Files.writeString(key, PemText.privateKey(certificate.key()));
        return new String[] {"sslcert=" + chain, "sslkey=" + key};
    }

    static Result run(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(command[0] + " did not end: " + output);
            }
            return new Result(process.exitValue(), output);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        front.close().await();
        vertx.close().await();
    }

    private static final class Silent implements FrontObserver {
        @Override
        public void onSessionStarted(SessionInfo session) {
            // nobody asks
        }

        @Override
        public void onSessionEnded(SessionInfo session, SessionTotals totals, Refusal reason) {
            // nobody asks
        }

        @Override
        public void onRefused(RefusedClient client, Refusal refusal) {
            // the client tells
        }
    }
}
