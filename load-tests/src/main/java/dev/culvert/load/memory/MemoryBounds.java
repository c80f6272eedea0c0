package dev.culvert.load.memory;

import dev.culvert.load.nulls.NullAgent;
import dev.culvert.load.nulls.NullAgents;
import dev.culvert.load.nulls.SqlClient;
import dev.culvert.load.process.Child;
import dev.culvert.load.process.RelayChild;
import dev.culvert.load.process.RelayProcess;
import dev.culvert.load.process.Workplace;
import dev.culvert.load.report.Goal;
import dev.culvert.load.report.Report;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What a relay takes in for somebody who takes nothing from it. */
@Command(
        name = "memory",
        mixinStandardHelpOptions = true,
        description = "A client that does not read, and an agent that is frozen.")
public final class MemoryBounds implements Callable<Integer> {
    private static final String SLOW_CLIENT = "a client that does not read";
    private static final String FROZEN_AGENT = "an agent that is frozen";
    private static final String GROWN = "resident memory grows, MB";
    private static final double MB = 1e6;

    /**
     * The relay's largest window for a stream, and what it keeps of a tunnel until acknowledged.
     */
    private static final double WINDOWS_MB = 16;

    /** Nothing moves for so long: it has stopped. */
    private static final int STILL_MILLIS = 1_500;

    private static final int POLL_MILLIS = 50;
    private static final long WARM_UP_BYTES = 100_000_000;

    @Option(names = "--jar", required = true, description = "The program culvert, as a jar.")
    private Path jar = Path.of("");

    @Option(names = "--rounds", defaultValue = "3", description = "Rounds (${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--offered",
            defaultValue = "500",
            description = "MB that nobody takes (${DEFAULT-VALUE}).")
    private long offered;

    @Option(
            names = "--settle",
            defaultValue = "1",
            description = "Seconds until memory is looked at again (${DEFAULT-VALUE}).")
    private int settleSeconds;

    @Option(
            names = "--jvm",
            description = "An option of the relay's JVM; may be given several times.")
    private List<String> jvmOptions = List.of();

    @Option(names = "--json", description = "A file for the figures of every round.")
    private @Nullable Path json;

    private final Report report = new Report("memory");
    private int tunnels;

    /** Runs the program. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new MemoryBounds()).execute(args));
    }

    /** One round's relay, and what dials it. */
    private record Scene(
            RelayChild relay, RelayProcess process, EventLoopGroup group, Workplace place) {
        NullAgent agent(String name) throws Exception {
            return NullAgent.connect(
                            group, NullAgents.tls(place.ca()), relay.agentsUrl(), name, "127.0.0.1")
                    .get(20, TimeUnit.SECONDS);
        }

        SqlClient client(String name) throws Exception {
            SSLContext tls = SqlClient.trusting(place.ca());
            return new SqlClient(tls, name + "." + Workplace.DOMAIN, relay.postgresPort());
        }
    }

    @Override
    public Integer call() throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try (Workplace place = new Workplace()) {
            for (int round = 0; round < rounds; round++) {
                try (RelayChild relay = new RelayChild(place, jar, jvmOptions, List.of())) {
                    Scene scene = new Scene(relay, new RelayProcess(relay.pid()), group, place);
                    warmUp(scene);
                    towardsSlowClient(scene);
                    towardsFrozenAgent(scene);
                }
            }
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
        for (String row : List.of(SLOW_CLIENT, FROZEN_AGENT)) {
            report.goal(table(), row, GROWN, Goal.Bound.AT_MOST, WINDOWS_MB);
        }
        report.finish(json);
        return 0;
    }

    private String table() {
        return offered + " MB are offered to";
    }

    /** What a relay loads, compiles and pools for bulk is not the windows'. */
    private void warmUp(Scene scene) throws Exception {
        String name = nextName();
        try (NullAgent _ = scene.agent(name);
                SqlClient client = scene.client(name)) {
            long bytes = Math.min(WARM_UP_BYTES, offered * (long) MB);
            client.query("COPY " + bytes + " TO STDOUT");
            client.copyIn(bytes);
        }
    }

    private void towardsSlowClient(Scene scene) throws Exception {
        String name = nextName();
        try (NullAgent agent = scene.agent(name);
                SqlClient client = scene.client(name)) {
            long before = scene.process().settledBytes(settleSeconds);
            client.ask("COPY " + offered * (long) MB + " TO STDOUT");
            awaitStill(agent::sentBytes);
            add(SLOW_CLIENT, agent.sentBytes(), scene, before);
        }
    }

    private void towardsFrozenAgent(Scene scene) throws Exception {
        String name = nextName();
        AtomicLong written = new AtomicLong();
        try (NullAgent agent = scene.agent(name);
                SqlClient client = scene.client(name)) {
            long before = scene.process().settledBytes(settleSeconds);
            client.startCopyIn();
            agent.freeze();
            Thread.ofPlatform()
                    .daemon()
                    .start(() -> {
                        try {
                            client.writeCopyData(offered * (long) MB, written::set);
                        } catch (IOException e) {
                            // the measurement is over
                        }
                    });
            awaitStill(written::get);
            add(FROZEN_AGENT, written.get(), scene, before);
        }
    }

    private String nextName() {
        return "memory-" + tunnels++;
    }

    private void add(String row, long taken, Scene scene, long before) {
        // without a collection first: windows are no garbage
        double grown = Child.residentBytes(scene.relay().pid()) - before;
        report.add(table(), row, "taken from the sender, MB", taken / MB);
        report.add(table(), row, GROWN, grown / MB);
    }

    private static void awaitStill(LongSupplier progress) throws InterruptedException {
        long last = -1;
        long since = System.nanoTime();
        while (System.nanoTime() - since < TimeUnit.MILLISECONDS.toNanos(STILL_MILLIS)) {
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            if (progress.getAsLong() != last) {
                last = progress.getAsLong();
                since = System.nanoTime();
            }
        }
    }
}
