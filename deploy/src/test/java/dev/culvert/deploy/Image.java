package dev.culvert.deploy;

import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Volume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/** The relay's image as {@code deploy/build-image} makes it, and containers of it and around it. */
final class Image {
    static final String NAME = "culvert:test";

    /** What a relay of the chart gets by default. */
    static final long MEMORY = 512L << 20;

    static final String DOMAIN = "relay.test";
    static final String DATABASE = "shop." + DOMAIN;
    static final String PASSWORD = "correct horse";

    private static final Path ROOT =
            Path.of(System.getProperty("maven.multiModuleProjectDirectory", ".."))
                    .toAbsolutePath()
                    .normalize();
    private static final String BASE_JDK = "culvert-base-jdk:latest";
    private static final String BASE_TOOLS = "culvert-base-tools:latest";
    private static final Duration START = Duration.ofMinutes(2);

    private Image() {}

    /** Builds it on base images of Debian packages, which are made if they are missing. */
    static void build() throws IOException, InterruptedException {
        Path log = ROOT.resolve("deploy/target/build-image.log");
        Process build =
                new ProcessBuilder(
                                ROOT.resolve("deploy/build-image").toString(),
                                "--local-base",
                                "--tag",
                                NAME)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        if (!build.waitFor(10, TimeUnit.MINUTES) || build.exitValue() != 0) {
            build.destroy();
            throw new IOException("deploy/build-image failed:\n" + Files.readString(log));
        }
        // its size and its time to ready
        LoggerFactory.getLogger(Image.class).info(Files.readString(log));
    }

    /**
     * A relay as strict as Kubernetes' restricted profile.
     *
     * @param certificates the folder of a development CA
     */
    static GenericContainer<?> relay(Network network, Path certificates) {
        return container(NAME, network)
                .withNetworkAliases(DOMAIN, DATABASE)
                .withCreateContainerCmdModifier(create -> {
                    HostConfig host = Objects.requireNonNull(create.getHostConfig());
                    host.withReadonlyRootfs(true)
                            .withCapDrop(Capability.ALL)
                            .withSecurityOpts(List.of("no-new-privileges"))
                            .withMemory(MEMORY)
                            .withMemorySwap(MEMORY)
                            .withBinds(readOnly(certificates, "/certs"));
                })
                .withCommand(
                        "relay",
                        "--domain",
                        DOMAIN,
                        "--cert",
                        "/certs/server.crt",
                        "--key",
                        "/certs/server.key",
                        "--queue-timeout",
                        "110",
                        "--drain-delay",
                        "1",
                        "--drain-deadline",
                        "30",
                        "--json")
                .waitingFor(
                        Wait.forLogMessage(".*\"event\":\"ready\".*", 1).withStartupTimeout(START));
    }

    /** {@code culvert share --memory} on a JDK. */
    static GenericContainer<?> agent(Network network, Path certificates) {
        return container(BASE_JDK, network)
                .withCreateContainerCmdModifier(create ->
                        Objects.requireNonNull(create.getHostConfig())
                                .withBinds(
                                        readOnly(certificates, "/certs"),
                                        readOnly(ROOT.resolve("jvm-agent/target"), "/culvert")))
                .withCommand(
                        "java",
                        "-jar",
                        "/culvert/culvert.jar",
                        "share",
                        "--memory",
                        "--relay",
                        "wss://" + DOMAIN + ":8443",
                        "--ca",
                        "/certs/ca.crt",
                        "--name",
                        DATABASE.substring(0, DATABASE.indexOf('.')),
                        "--password",
                        PASSWORD,
                        "--mode",
                        "queue",
                        "--format",
                        "json")
                .waitingFor(
                        Wait.forLogMessage(".*\"event\":\"shared\".*", 1)
                                .withStartupTimeout(START));
    }

    /** A Debian with psql that waits for commands. */
    static GenericContainer<?> client(Network network, Path certificates) {
        return container(BASE_TOOLS, network)
                .withCreateContainerCmdModifier(create ->
                        Objects.requireNonNull(create.getHostConfig())
                                .withBinds(readOnly(certificates, "/certs")))
                .withEnv("PGHOST", DATABASE)
                .withEnv("PGUSER", "postgres")
                .withEnv("PGPASSWORD", PASSWORD)
                .withEnv("PGDATABASE", "postgres")
                .withEnv("PGSSLMODE", "verify-full")
                .withEnv("PGSSLROOTCERT", "/certs/ca.crt")
                .withEnv("PGCONNECT_TIMEOUT", "120")
                .withCommand("sleep", "infinity");
    }

    private static GenericContainer<?> container(String image, Network network) {
        return new GenericContainer<>(DockerImageName.parse(image))
                .withImagePullPolicy(_ -> false)
                .withNetwork(network);
    }

    private static Bind readOnly(Path folder, String target) {
        return new Bind(folder.toString(), new Volume(target), AccessMode.ro);
    }
}
