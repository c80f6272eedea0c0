package dev.culvert.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Statistics;
import dev.culvert.certs.issue.DevelopmentCa;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.output.OutputFrame.OutputType;

/**
 * The real image: a relay, an agent and a client, each in a container of its own, on one network.
 *
 * <p>Skipped where no Docker engine runs; {@code scripts/engine start} starts one.
 */
@TestMethodOrder(OrderAnnotation.class)
class ImageIT {
    private static final String NO_ENGINE =
            "No Docker engine runs: the image is not tested. scripts/engine start starts one.";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir private static Path folder;

    private static @Nullable Network network;
    private static @Nullable GenericContainer<?> relay;
    private static @Nullable GenericContainer<?> agent;
    private static @Nullable GenericContainer<?> client;

    @BeforeAll
    static void start() throws Exception {
        if (!DockerClientFactory.instance().isDockerAvailable()) {
            LoggerFactory.getLogger(ImageIT.class).warn(NO_ENGINE);
            abort(NO_ENGINE);
        }
        Image.build();
        Path certificates = certificates();
        network = Network.newNetwork();
        relay = Image.relay(network, certificates);
        relay.start();
        agent = Image.agent(network, certificates);
        agent.start();
        client = Image.client(network, certificates);
        client.start();
    }

    @AfterAll
    static void stop() {
        Stream.of(client, agent, relay).filter(Objects::nonNull).forEach(GenericContainer::stop);
        if (network != null) {
            network.close();
        }
    }

    @Test
    @Order(1)
    void a_client_in_one_container_reaches_the_database_in_another() throws Exception {
        ExecResult answer = psql("-Atc", "select 6 * 7");

        assertThat(answer.getStderr()).isEmpty();
        assertThat(answer.getStdout()).isEqualTo("42\n");
    }

    @Test
    @Order(2)
    void a_relay_is_nobody_and_writes_nothing() {
        InspectContainerResponse inspected = inspect(relay());

        assertThat(inspected.getConfig().getUser()).isEqualTo("65532:65532");
        assertThat(
                        List.of(
                                docker().topContainerCmd(relay().getContainerId())
                                        .exec()
                                        .getProcesses()))
                .singleElement()
                .satisfies(process -> assertThat(process[0]).isEqualTo("65532"));
        assertThat(docker().containerDiffCmd(relay().getContainerId()).exec())
                .as("what it wrote to its root, but for mount points")
                .allSatisfy(change -> assertThat(change.getPath()).startsWith("/certs"));
    }

    @Test
    @Order(3)
    void there_is_no_shell_in_the_image() throws Exception {
        assertThat(relay().execInContainer("sh", "-c", "true").getExitCode()).isNotZero();
        assertThat(relay().execInContainer("/bin/sh", "-c", "true").getExitCode()).isNotZero();
    }

    @Test
    @Order(4)
    void the_image_says_what_it_is() {
        var config = docker().inspectImageCmd(Image.NAME).exec().getConfig();

        assertThat(Objects.requireNonNull(config).getLabels())
                .containsEntry("org.opencontainers.image.title", "culvert")
                .containsKeys(
                        "org.opencontainers.image.version",
                        "org.opencontainers.image.revision",
                        "org.opencontainers.image.created");
    }

    @Test
    @Order(5)
    void its_own_health_check_finds_a_relay_healthy() throws Exception {
        var config = docker().inspectImageCmd(Image.NAME).exec().getConfig();
        List<String> test =
                Objects.requireNonNull(
                        Objects.requireNonNull(Objects.requireNonNull(config).getHealthcheck())
                                .getTest());

        assertThat(test.getFirst()).isEqualTo("CMD");
        ExecResult health =
                relay().execInContainer(test.subList(1, test.size()).toArray(String[]::new));
        assertThat(health.getExitCode()).as(health.getStderr()).isZero();
    }

    /** Clients that wait for their turn, and answers larger than the relay's memory. */
    @Test
    @Order(6)
    void memory_stays_below_the_limit_under_load() throws Exception {
        List<CompletableFuture<ExecResult>> clients =
                Stream.generate(() ->
                                async(
                                        "-qAto",
                                        "/dev/null",
                                        "-c",
                                        "select repeat('x', 1000000) from"
                                                + " generate_series(1, 64)"))
                        .limit(10)
                        .toList();
        long most = 0;
        while (clients.stream().anyMatch(running -> !running.isDone())) {
            most = Math.max(most, memoryInUse());
        }

        assertThat(clients)
                .allSatisfy(done -> {
                    ExecResult result = done.join();
                    assertThat(result.getExitCode()).as(result.getStderr()).isZero();
                });
        assertThat(most).isPositive().isLessThan(Image.MEMORY * 9 / 10);
        assertThat(inspect(relay()).getState().getOOMKilled()).isFalse();
        assertThat(relay().isRunning()).isTrue();
    }

    @Test
    @Order(7)
    void sigterm_lets_a_transaction_finish_and_then_ends_the_relay() throws Exception {
        CompletableFuture<ExecResult> transaction =
                async(
                        "-v",
                        "ON_ERROR_STOP=1",
                        "-c",
                        "begin",
                        "-c",
                        "create table kept as select 1 as number",
                        "-c",
                        "\\! touch /tmp/begun; while [ ! -e /tmp/go ]; do sleep 0.1; done",
                        "-c",
                        "commit");
        await(() -> client().execInContainer("test", "-e", "/tmp/begun").getExitCode() == 0);

        docker().killContainerCmd(relay().getContainerId()).withSignal("SIGTERM").exec();
        // new clients are no longer taken; one that comes before that waits for its turn
        await(() ->
                psql("-d", "connect_timeout=3", "-c", "select 1").getStderr().contains("refused"));
        assertThat(transaction).isNotDone();
        client().execInContainer("touch", "/tmp/go");

        ExecResult result = transaction.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(result.getExitCode()).as(result.getStderr()).isZero();
        assertThat(result.getStdout()).contains("COMMIT");
        await(() -> !relay().isRunning());
        assertThat(inspect(relay()).getState().getExitCodeLong())
                .as(relay().getLogs(OutputType.STDERR))
                .isZero();
    }

    /** A CA, and a server's certificate that the user of the image may read, too. */
    private static Path certificates() throws IOException {
        DevelopmentCa ca = DevelopmentCa.openOrCreate(folder.resolve("ca"), Clock.systemUTC());
        ca.serverCertificate(new LinkedHashSet<>(List.of(Image.DOMAIN, "*." + Image.DOMAIN)));
        Path shared = Files.createDirectory(folder.resolve("certificates"));
        for (Path file : List.of(ca.caFile(), ca.serverCertificateFile(), ca.serverKeyFile())) {
            Path copy = Files.copy(file, shared.resolve(file.getFileName().toString()));
            Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
        }
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxr-xr-x"));
        return shared;
    }

    private static CompletableFuture<ExecResult> async(String... arguments) {
        CompletableFuture<ExecResult> result = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        result.complete(psql(arguments));
                    } catch (Exception e) {
                        result.completeExceptionally(e);
                    }
                });
        return result;
    }

    private static ExecResult psql(String... arguments) throws Exception {
        return client().execInContainer(
                        Stream.concat(Stream.of("psql", "-X"), Stream.of(arguments))
                                .toArray(String[]::new));
    }

    /** What counts against the limit: without files that the kernel may drop. */
    private static long memoryInUse() throws IOException {
        CompletableFuture<Statistics> first = new CompletableFuture<>();
        ResultCallback.Adapter<Statistics> callback =
                new ResultCallback.Adapter<>() {
                    @Override
                    public void onNext(Statistics statistics) {
                        first.complete(statistics);
                    }
                };
        try (callback) {
            docker().statsCmd(relay().getContainerId()).withNoStream(true).exec(callback);
            var memory = Objects.requireNonNull(first.join().getMemoryStats());
            var stats = Objects.requireNonNull(memory.getStats());
            long files =
                    Stream.of(stats.getTotalInactiveFile(), stats.getInactiveFile())
                            .filter(Objects::nonNull)
                            .findFirst()
                            .orElse(0L);
            return Objects.requireNonNull(memory.getUsage()) - files;
        }
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
        }
    }

    private static DockerClient docker() {
        return DockerClientFactory.instance().client();
    }

    private static InspectContainerResponse inspect(GenericContainer<?> container) {
        return docker().inspectContainerCmd(container.getContainerId()).exec();
    }

    private static GenericContainer<?> relay() {
        return Objects.requireNonNull(relay);
    }

    private static GenericContainer<?> client() {
        return Objects.requireNonNull(client);
    }
}
