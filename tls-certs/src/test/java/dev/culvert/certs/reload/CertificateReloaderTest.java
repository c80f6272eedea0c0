package dev.culvert.certs.reload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import dev.culvert.certs.CertificateFileException;
import dev.culvert.certs.CertificateSet;
import dev.culvert.certs.LogCapture;
import dev.culvert.certs.OpenSsl;
import dev.culvert.certs.load.CertificateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateReloaderTest {
    @TempDir static Path made;
    @TempDir Path directory;

    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);
    private final List<CertificateSet> received = new ArrayList<>();
    private final List<Path> failures = new ArrayList<>();

    @BeforeAll
    static void make() {
        OpenSsl openssl = new OpenSsl(made);
        openssl.selfSigned("old");
        openssl.selfSigned("new");
        openssl.selfSigned("second");
    }

    @BeforeEach
    void place() throws IOException {
        put("old.crt", "tls.crt");
        put("old.key", "tls.key");
        put("second.crt", "second.crt");
        put("second.key", "second.key");
    }

    @AfterEach
    void stop() {
        executor.shutdownNow();
    }

    @Test
    void unchangedFilesAreLeftAlone() {
        try (CertificateReloader reloader = start()) {
            assertThat(reloader.checkNow()).isEqualTo(ReloadOutcome.UNCHANGED);
            assertThat(shown(reloader.current())).isEqualTo("old.example");
            assertThat(received).isEmpty();
        }
    }

    @Test
    void touchedFileWithTheSameContentIsNoChange() throws IOException {
        try (CertificateReloader reloader = start()) {
            put("old.crt", "tls.crt");

            assertThat(reloader.checkNow()).isEqualTo(ReloadOutcome.UNCHANGED);
        }
    }

    @Test
    void changedPairReachesTheListenerTogetherWithTheOtherCertificates() throws IOException {
        try (CertificateReloader reloader = start()) {
            put("new.crt", "tls.crt");
            put("new.key", "tls.key");

            assertThat(reloader.checkNow()).isEqualTo(ReloadOutcome.RELOADED);
            assertThat(reloader.checkNow()).isEqualTo(ReloadOutcome.UNCHANGED);
            assertThat(received).containsExactly(reloader.current());
            assertThat(shown(reloader.current())).isEqualTo("new.example");
            assertThat(reloader.current().match("second.example")).isPresent();
        }
    }

    @Test
    void halfReplacedPairIsWaitedFor() throws IOException {
        try (LogCapture log = new LogCapture(CertificateReloader.class);
                CertificateReloader reloader = start()) {
            put("new.crt", "tls.crt");
            assertThat(reloader.checkNow()).isEqualTo(ReloadOutcome.NOT_READY);
            assertThat(shown(reloader.current())).isEqualTo("old.example");

            put("new.key", "tls.key");
            assertThat(reloader.checkNow()).isEqualTo(ReloadOutcome.RELOADED);
            assertThat(shown(reloader.current())).isEqualTo("new.example");
            assertThat(failures).isEmpty();
            assertThat(log.count(Level.ERROR)).isZero();
        }
    }

    @Test
    void halfReplacedPairThatStaysIsReportedOnceAndRecovers() throws IOException {
        try (LogCapture log = new LogCapture(CertificateReloader.class);
                CertificateReloader reloader = start()) {
            put("new.crt", "tls.crt");
            for (int look = 1; look < CertificateReloader.PATIENCE; look++) {
                assertThat(reloader.checkNow()).isEqualTo(ReloadOutcome.NOT_READY);
            }
            assertThat(reloader.checkNow()).isEqualTo(ReloadOutcome.FAILED);
            assertThat(reloader.checkNow()).isEqualTo(ReloadOutcome.UNCHANGED);
            assertThat(failures).containsExactly(directory.resolve("tls.key"));
            assertThat(log.count(Level.ERROR)).isEqualTo(1);

            put("new.key", "tls.key");
            assertThat(reloader.checkNow()).isEqualTo(ReloadOutcome.RELOADED);
        }
    }

    @Test
    void fileGrowingLookByLookIsNotReadyUntilWhole() throws IOException {
        String text = Files.readString(made.resolve("new.crt"));
        try (CertificateReloader reloader = start()) {
            put("new.key", "tls.key");
            for (int length = 0; length < text.length() - 1; length += text.length() / 8) {
                Files.writeString(directory.resolve("tls.crt"), text.substring(0, length));
                assertThat(reloader.checkNow()).isEqualTo(ReloadOutcome.NOT_READY);
            }
            put("new.crt", "tls.crt");
            assertThat(reloader.checkNow()).isEqualTo(ReloadOutcome.RELOADED);
        }
    }

    @Test
    void badFileKeepsTheOldSetIsReportedOnceAndRecoveryIsNoticed() throws IOException {
        try (LogCapture log = new LogCapture(CertificateReloader.class);
                CertificateReloader reloader = start()) {
            CertificateSet before = reloader.current();
            Files.writeString(directory.resolve("second.crt"), "not a certificate\n");

            assertThat(reloader.checkNow()).isEqualTo(ReloadOutcome.FAILED);
            assertThat(reloader.checkNow()).isEqualTo(ReloadOutcome.UNCHANGED);
            assertThat(reloader.current()).isSameAs(before);
            assertThat(failures).containsExactly(directory.resolve("second.crt"));
            assertThat(log.count(Level.ERROR)).isEqualTo(1);

            put("second.crt", "second.crt");
            assertThat(reloader.checkNow()).isEqualTo(ReloadOutcome.RELOADED);
            assertThat(received).hasSize(1);
        }
    }

    @Test
    void goodFileIsNotTakenWhileAnotherIsBad() throws IOException {
        try (CertificateReloader reloader = start()) {
            put("new.crt", "tls.crt");
            put("new.key", "tls.key");
            Files.writeString(directory.resolve("second.key"), "not a key\n");

            assertThat(reloader.checkNow()).isEqualTo(ReloadOutcome.FAILED);
            assertThat(shown(reloader.current())).isEqualTo("old.example");
        }
    }

    @Test
    void missingFileIsWaitedForAndThenReported() throws IOException {
        try (CertificateReloader reloader = start()) {
            Files.delete(directory.resolve("tls.key"));
            assertThat(reloader.checkNow()).isEqualTo(ReloadOutcome.NOT_READY);
            assertThat(reloader.checkNow()).isEqualTo(ReloadOutcome.NOT_READY);
            assertThat(reloader.checkNow()).isEqualTo(ReloadOutcome.FAILED);

            put("old.key", "tls.key");
            assertThat(reloader.checkNow()).isEqualTo(ReloadOutcome.RELOADED);
        }
    }

    /** A Secret volume: tls.crt and tls.key point through ..data, which is swapped by a rename. */
    @Test
    void swappedKubernetesLinkIsAChange() throws IOException {
        Path volume = Files.createDirectory(directory.resolve("secret"));
        revision(volume, "..2026_01", "old");
        Files.createSymbolicLink(volume.resolve("..data"), Path.of("..2026_01"));
        Files.createSymbolicLink(volume.resolve("tls.crt"), Path.of("..data", "tls.crt"));
        Files.createSymbolicLink(volume.resolve("tls.key"), Path.of("..data", "tls.key"));
        List<CertificateFiles> files =
                List.of(CertificateFiles.of(volume.resolve("tls.crt"), volume.resolve("tls.key")));

        try (CertificateReloader reloader =
                CertificateReloader.start(files, listener(), executor)) {
            revision(volume, "..2026_02", "new");
            assertThat(reloader.checkNow()).isEqualTo(ReloadOutcome.UNCHANGED);

            Files.createSymbolicLink(volume.resolve("..data_tmp"), Path.of("..2026_02"));
            Files.move(
                    volume.resolve("..data_tmp"),
                    volume.resolve("..data"),
                    StandardCopyOption.ATOMIC_MOVE);
            assertThat(reloader.checkNow()).isEqualTo(ReloadOutcome.RELOADED);
            assertThat(shown(reloader.current())).isEqualTo("new.example");
        }
    }

    @Test
    void listenerThatThrowsNeitherStopsTheWatchingNorLosesTheSet() throws IOException {
        CertificateReloadListener throwing =
                set -> {
                    throw new IllegalStateException("listener");
                };
        try (CertificateReloader reloader =
                CertificateReloader.start(files(), throwing, executor)) {
            put("new.crt", "tls.crt");
            put("new.key", "tls.key");

            assertThat(reloader.checkNow()).isEqualTo(ReloadOutcome.RELOADED);
            assertThat(shown(reloader.current())).isEqualTo("new.example");
        }
    }

    @Test
    void closedReloaderLooksNoMoreAndLeavesTheExecutorRunning() throws IOException {
        CertificateReloader reloader = start();
        reloader.close();
        reloader.close();
        Files.writeString(directory.resolve("tls.crt"), "not a certificate\n");

        assertThat(reloader.checkNow()).isEqualTo(ReloadOutcome.UNCHANGED);
        assertThat(failures).isEmpty();
        assertThat(executor.isShutdown()).isFalse();
    }

    @Test
    void scheduleLooksByItself() throws Exception {
        CountDownLatch changed = new CountDownLatch(1);
        try (ScheduledExecutorService own = Executors.newSingleThreadScheduledExecutor();
                CertificateReloader reloader =
                        CertificateReloader.start(
                                files(), set -> changed.countDown(), own, Duration.ofMillis(1))) {
            put("new.crt", "tls.crt");
            put("new.key", "tls.key");

            assertThat(changed.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(shown(reloader.current())).isEqualTo("new.example");
        }
    }

    @Test
    void badFileAtTheStartIsThrown() throws IOException {
        put("new.key", "tls.key");

        assertThatThrownBy(this::start)
                .isInstanceOf(CertificateFileException.class)
                .hasMessageContaining("tls.key");
        assertThat(executor.getQueue()).isEmpty();
    }

    private CertificateReloader start() {
        return CertificateReloader.start(files(), listener(), executor);
    }

    private List<CertificateFiles> files() {
        return List.of(
                CertificateFiles.of(directory.resolve("tls.crt"), directory.resolve("tls.key")),
                CertificateFiles.of(
                        directory.resolve("second.crt"), directory.resolve("second.key")));
    }

    private CertificateReloadListener listener() {
        return new CertificateReloadListener() {
            @Override
            public void onCertificatesChanged(CertificateSet certificates) {
                received.add(certificates);
            }

            @Override
            public void onReloadFailed(Path file, Exception cause) {
                failures.add(file);
            }
        };
    }

    private static String shown(CertificateSet set) {
        return set.forName(null).names().getFirst();
    }

    private void put(String from, String to) throws IOException {
        Files.copy(made.resolve(from), directory.resolve(to), StandardCopyOption.REPLACE_EXISTING);
    }

    private static void revision(Path volume, String name, String pair) throws IOException {
        Path folder = Files.createDirectory(volume.resolve(name));
        Files.copy(made.resolve(pair + ".crt"), folder.resolve("tls.crt"));
        Files.copy(made.resolve(pair + ".key"), folder.resolve("tls.key"));
    }
}
