package dev.culvert.load.soak;

import dev.culvert.load.nulls.NullAgent;
import dev.culvert.load.nulls.NullAgents;
import dev.culvert.load.nulls.SqlClient;
import dev.culvert.load.process.RelayChild;
import dev.culvert.load.process.RelayProcess;
import dev.culvert.load.process.Workplace;
import dev.culvert.load.report.Goal;
import dev.culvert.load.report.Report;
import dev.culvert.load.report.Samples;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Mixed load on a relay for a long time, with sessions and tunnels that come, go and break, and
 * Netty's leak detector watching one buffer of 16. Exit code 1 when the relay's memory or threads
 * go on growing, when it leaks a buffer or logs an error, or when a client gets an error that
 * nothing explains.
 */
@Command(
        name = "soak",
        mixinStandardHelpOptions = true,
        description = "Mixed load with reconnects and kills, for a long time.")
public final class Soak implements Callable<Integer> {
    private static final String TABLE = "soak, sampled in this third of the time";
    private static final String MEMORY = "resident MB";
    private static final String THREADS = "threads";
    private static final double MB = 1e6;

    /** The JVM's compilers and collectors come and go. */
    private static final double THREADS_TOLERANCE = 5;

    @Option(names = "--jar", required = true, description = "The program culvert, as a jar.")
    private Path jar = Path.of("");

    @Option(names = "--minutes", defaultValue = "30", description = "How long (${DEFAULT-VALUE}).")
    private double minutes;

    @Option(
            names = "--pairs",
            defaultValue = "24",
            description = "Agents, and clients, at the same time (${DEFAULT-VALUE}).")
    private int pairs;

    @Option(
            names = "--samples",
            defaultValue = "30",
            description = "How often memory is looked at (${DEFAULT-VALUE}).")
    private int samples;

    @Option(
            names = "--tolerance-mb",
            defaultValue = "16",
            description = "By how much the last third may exceed the second (${DEFAULT-VALUE}).")
    private double toleranceMb;

    @Option(
            names = "--jvm",
            description = "An option of the relay's JVM; may be given several times.")
    private List<String> jvmOptions = List.of();

    @Option(names = "--json", description = "A file for the figures of every sample.")
    private @Nullable Path json;

    private final Report report = new Report("soak");
    private final Outcomes outcomes = new Outcomes();

    /** Runs the program. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Soak()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        List<String> jvm = new ArrayList<>(jvmOptions);
        // every buffer would make the relay so slow that little happens
        jvm.add("-Dio.netty.leakDetection.level=advanced");
        jvm.add("-Dio.netty.leakDetection.samplingInterval=16");
        List<String> complaints;
        try (Workplace place = new Workplace()) {
            try (RelayChild relay = new RelayChild(place, jar, jvm, List.of())) {
                soak(place, relay);
            }
            complaints = complaints(place.log("relay"));
        }
        return judge(complaints) ? 0 : 1;
    }

    private void soak(Workplace place, RelayChild relay) throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(EpollIoHandler.newFactory());
        AtomicBoolean goesOn = new AtomicBoolean(true);
        List<Thread> threads = new ArrayList<>();
        Pair.Dialer dialer = dialer(place, relay, group);
        for (int i = 0; i < pairs; i++) {
            threads.add(Thread.ofVirtual().start(new Pair(i, dialer, outcomes, goesOn::get)));
        }
        try {
            RelayProcess process = new RelayProcess(relay.pid());
            long pause = (long) (TimeUnit.MINUTES.toNanos(1) * minutes / samples);
            for (int i = 0; i < samples; i++) {
                TimeUnit.NANOSECONDS.sleep(pause);
                String third = List.of("first", "second", "last").get(3 * i / samples);
                report.add(TABLE, third, MEMORY, process.liveBytes() / MB);
                report.add(TABLE, third, THREADS, (double) process.threads());
            }
        } finally {
            goesOn.set(false);
            for (Thread thread : threads) {
                thread.join();
            }
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    private static Pair.Dialer dialer(Workplace place, RelayChild relay, EventLoopGroup group)
            throws Exception {
        SslContext agentTls = NullAgents.tls(place.ca());
        SSLContext clientTls = SqlClient.trusting(place.ca());
        return new Pair.Dialer() {
            @Override
            public NullAgent agent(String name) throws Exception {
                return NullAgent.connect(group, agentTls, relay.agentsUrl(), name, "127.0.0.1")
                        .get(60, TimeUnit.SECONDS);
            }

            @Override
            public SqlClient client(String tunnel) throws IOException {
                return new SqlClient(
                        clientTls, tunnel + "." + Workplace.DOMAIN, relay.postgresPort());
            }
        };
    }

    /** Leaks, and what the relay logs as an error. */
    private static List<String> complaints(Path log) throws IOException {
        try (var lines = Files.lines(log)) {
            return lines.filter(line -> line.contains("LEAK") || line.contains("ERROR"))
                    .limit(20)
                    .toList();
        }
    }

    private boolean judge(List<String> complaints) throws IOException, InterruptedException {
        boolean isFlat = isFlat(MEMORY, toleranceMb);
        boolean keepsThreads = isFlat(THREADS, THREADS_TOLERANCE);
        boolean isQuiet = complaints.isEmpty() && outcomes.uncaused() == 0;
        report.remark(
                "%s tunnels, %s sessions, %s statements, %s MB of COPY"
                        .formatted(
                                outcomes.tunnels,
                                outcomes.sessions,
                                outcomes.statements,
                                outcomes.bytes.sum() / 1_000_000));
        report.remark(
                "errors that were not caused: %d; those that were: %s"
                        .formatted(outcomes.uncaused(), outcomes.caused));
        report.remark("leaks and errors in the relay's log: " + complaints.size());
        report.remark(isFlat ? "memory is flat" : "MEMORY GROWS");
        report.remark(keepsThreads ? "threads stay" : "THREADS GROW");
        goal(MEMORY, toleranceMb);
        goal(THREADS, THREADS_TOLERANCE);
        report.finish(json);
        complaints.forEach(System.out::println);
        outcomes.failures().forEach(failure -> failure.printStackTrace(System.out));
        return isFlat && keepsThreads && isQuiet;
    }

    private void goal(String figure, double tolerance) {
        double grown =
                report.of(TABLE, "last", figure).median()
                        - report.of(TABLE, "second", figure).median();
        report.goal(
                "soak",
                figure + ", last third more than second",
                grown,
                Goal.Bound.AT_MOST,
                tolerance);
    }

    /** Whether the last third has no more than the second, at the medians. */
    private boolean isFlat(String figure, double tolerance) {
        Samples second = report.of(TABLE, "second", figure);
        Samples last = report.of(TABLE, "last", figure);
        return last.median() <= second.median() + tolerance;
    }
}
