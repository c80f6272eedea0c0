package dev.culvert.certs.issue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.culvert.certs.CertificateFileException;
import dev.culvert.certs.CertificateProblem;
import dev.culvert.certs.MutableClock;
import dev.culvert.certs.OpenSsl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The CA itself: making, keeping, guarding and refusing it. */
class DevelopmentCaTest {
    private static final int CA_DAYS = 3650;

    @TempDir Path parent;
    private Path directory = Path.of("");
    private final MutableClock clock = new MutableClock();

    @BeforeEach
    void choose() {
        directory = parent.resolve("culvert").resolve("certs");
    }

    @Test
    void madeCaHasTheProfileOfACa() {
        DevelopmentCa ca = open();

        String text = new OpenSsl(directory).run("x509 -noout -text -in ca.crt");

        assertThat(text)
                .contains("Culvert development CA (" + System.getProperty("user.name") + "@")
                .contains("ecdsa-with-SHA256", "prime256v1")
                .containsPattern("Basic Constraints: critical\\s+CA:TRUE")
                .containsPattern("Key Usage: critical\\s+Certificate Sign, CRL Sign")
                .contains("Subject Key Identifier");
        assertThat(ca.caCertificatePem()).isEqualTo(read("ca.crt"));
        assertThat(ca.caFile()).isEqualTo(directory.resolve("ca.crt"));
        assertThat(Duration.between(clock.instant(), ca.caCertificate().getNotAfter().toInstant()))
                .isBetween(Duration.ofDays(CA_DAYS - 1), Duration.ofDays(CA_DAYS));
        assertThat(new OpenSsl(directory).run("pkey -noout -check -in ca.key"))
                .contains("Key is valid");
    }

    @Test
    void directoryAndKeysAreForTheOwnerAlone() throws IOException {
        open().serverCertificate(IssuedCertificateTest.names("localhost"));

        assertThat(mode(directory)).isEqualTo("rwx------");
        assertThat(mode(directory.resolve("ca.key"))).isEqualTo("rw-------");
        assertThat(mode(directory.resolve("server.key"))).isEqualTo("rw-------");
        assertThat(mode(directory.resolve("ca.crt"))).doesNotEndWith("w-");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(it -> it.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "ca.crt", "ca.key", "ca.lock", "server.crt", "server.key");
        }
    }

    @Test
    void openingAgainFindsTheSameCa() {
        assertThat(open().caCertificate()).isEqualTo(open().caCertificate());
    }

    @Test
    void threadsThatOpenTogetherEndWithTheSameCa() throws Exception {
        int threads = 8;
        CountDownLatch start = new CountDownLatch(1);
        Callable<String> task =
                () -> {
                    start.await();
                    return DevelopmentCa.openOrCreate(directory, Clock.systemUTC())
                            .caCertificatePem();
                };
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Future<String>> opened =
                    IntStream.range(0, threads).mapToObj(i -> pool.submit(task)).toList();
            start.countDown();
            for (Future<String> pem : opened) {
                assertThat(pem.get()).isEqualTo(read("ca.crt"));
            }
        }
    }

    @Test
    void processesThatOpenTogetherEndWithTheSameCa() throws Exception {
        List<Process> processes =
                Stream.of(1, 2, 3).map(i -> OpenInAnotherProcess.start(directory)).toList();
        for (Process process : processes) {
            String pem =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(process.waitFor()).as(pem).isZero();
            assertThat(pem).isEqualTo(read("ca.crt"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----"})
    void keyThatOthersCanReachIsRefusedWithTheCommandThatHelps(String permissions)
            throws IOException {
        open();
        Path key = directory.resolve("ca.key");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString(permissions));

        CertificateFileException thrown = failure();

        assertThat(thrown.problem()).isEqualTo(CertificateProblem.TOO_OPEN);
        assertThat(thrown)
                .hasMessageContaining(permissions)
                .hasMessageEndingWith("chmod 600 " + key);
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        open();
    }

    @Test
    void directoryThatOthersCanChangeIsRefused() throws IOException {
        open();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxr-x"));

        CertificateFileException thrown = failure();

        assertThat(thrown.problem()).isEqualTo(CertificateProblem.TOO_OPEN);
        assertThat(thrown).hasMessageEndingWith("chmod 700 " + directory);
    }

    @Test
    void expiredCaIsRefusedWithTheFilesToDelete() {
        open();
        clock.advance(Duration.ofDays(CA_DAYS + 1));

        CertificateFileException thrown = failure();

        assertThat(thrown.problem()).isEqualTo(CertificateProblem.EXPIRED);
        assertThat(thrown)
                .hasMessageStartingWith(directory.resolve("ca.crt") + ": ")
                .hasMessageContaining("delete")
                .hasMessageContaining("ca.key");
    }

    @Test
    void caFromTheFuturePointsAtTheClock() {
        open();
        clock.advance(Duration.ofDays(-1));

        assertThat(failure()).hasMessageContaining("clock");
    }

    @Test
    void damagedCertificateOrKeyIsRefusedByName() throws IOException {
        open();
        String key = read("ca.key");
        Files.writeString(directory.resolve("ca.key"), "scribble\n");
        assertThat(failure().file()).isEqualTo(directory.resolve("ca.key"));

        Files.writeString(directory.resolve("ca.key"), key);
        Files.writeString(directory.resolve("ca.crt"), "");
        assertThat(failure().file()).isEqualTo(directory.resolve("ca.crt"));
        assertThat(failure()).hasMessageContaining("delete");
    }

    @Test
    void keyOfAnotherCaIsRefused() {
        open();
        new OpenSsl(directory)
                .run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ca.key");

        assertThat(failure().problem()).isEqualTo(CertificateProblem.KEY_MISMATCH);
    }

    @Test
    void certificateWithoutKeyIsRefusedAndKeyWithoutCertificateIsReplaced() throws IOException {
        String first = open().caCertificatePem();
        Path key = directory.resolve("ca.key");
        Files.delete(key);
        assertThat(failure().problem()).isEqualTo(CertificateProblem.NOT_FOUND);
        assertThat(failure().file()).isEqualTo(key);

        Files.delete(directory.resolve("ca.crt"));
        Files.writeString(key, "left behind by a crash");
        assertThat(open().caCertificatePem()).isNotEqualTo(first);
        assertThat(mode(key)).isEqualTo("rw-------");
    }

    @Test
    void fileInPlaceOfTheDirectoryIsRefused() throws IOException {
        Files.createDirectories(directory.getParent());
        Files.writeString(directory, "");

        assertThat(failure().problem()).isEqualTo(CertificateProblem.NOT_ACCESSIBLE);
    }

    @Test
    void userDirectoryFollowsTheEnvironment() {
        assertThat(DevelopmentCa.userDirectory(Map.of(), "/home/ada"))
                .isEqualTo(Path.of("/home/ada/.local/share/culvert/certs"));
        assertThat(DevelopmentCa.userDirectory(Map.of("XDG_DATA_HOME", "/data"), "/home/ada"))
                .isEqualTo(Path.of("/data/culvert/certs"));
        assertThat(DevelopmentCa.userDirectory(Map.of("XDG_DATA_HOME", "data"), "/home/ada"))
                .isEqualTo(Path.of("/home/ada/.local/share/culvert/certs"));
        assertThat(
                        DevelopmentCa.userDirectory(
                                Map.of("CULVERT_HOME", "/culvert", "XDG_DATA_HOME", "/data"),
                                "/home/ada"))
                .isEqualTo(Path.of("/culvert/certs"));
        assertThat(DevelopmentCa.userDirectory(Map.of("CULVERT_HOME", ""), "/home/ada"))
                .isEqualTo(Path.of("/home/ada/.local/share/culvert/certs"));
    }

    @Test
    void blankClientNameIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> open().clientCertificate(" "));
    }

    private DevelopmentCa open() {
        return DevelopmentCa.openOrCreate(directory, clock);
    }

    private CertificateFileException failure() {
        CertificateFileException thrown =
                catchThrowableOfType(CertificateFileException.class, this::open);
        assertThat(thrown).isNotNull();
        return thrown;
    }

    private String read(String name) {
        try {
            return Files.readString(directory.resolve(name));
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
