package dev.culvert.load.nulls;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Many clients in a process of their own, each with a tunnel to itself, each asking {@code SELECT
 * 1} once a second. Arguments: the relay's Postgres port, its domain, a file with the CA to trust,
 * how many, the number of the first, for how many seconds to ask before it counts, and while it
 * does. Prints {@code ready} when all are connected, starts when a line comes, prints {@code
 * counts} when it counts, and at the end how many answers came, how many errors, and the 50th, 99th
 * and 100th percentile in milliseconds; then waits to be killed.
 */
public final class NullClients {
    private static final int AT_ONCE = 200;
    private static final int PER_ADDRESS = 20_000;
    private static final long PERIOD_NANOS = 1_000_000_000;
    private static final long HIGHEST_NANOS = 600_000_000_000L;

    private NullClients() {}

    /** Runs to its end. */
    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        int count = Integer.parseInt(args[3]);
        int first = Integer.parseInt(args[4]);
        double warmUpSeconds = Double.parseDouble(args[5]);
        double seconds = Double.parseDouble(args[6]);
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(EpollIoHandler.newFactory());
        SslContext tls = tls(Path.of(args[2]));
        Histogram counted = new ConcurrentHistogram(HIGHEST_NANOS, 3);
        AtomicBoolean counts = new AtomicBoolean();
        AtomicInteger errors = new AtomicInteger();
        ConcurrentLinkedQueue<NullClient> clients = new ConcurrentLinkedQueue<>();
        Semaphore room = new Semaphore(AT_ONCE);
        for (int i = first; i < first + count; i++) {
            room.acquire();
            NullClient.connect(
                            group,
                            tls,
                            NullAgents.tunnel(i) + "." + args[1],
                            port,
                            "127.0.1." + (1 + i / PER_ADDRESS),
                            nanos -> {
                                if (counts.get()) {
                                    counted.recordValue(Math.clamp(nanos, 0, HIGHEST_NANOS));
                                }
                            },
                            errors::incrementAndGet)
                    .whenComplete((client, failure) -> {
                        room.release();
                        if (failure == null) {
                            clients.add(client);
                        } else if (errors.getAndIncrement() == 0) {
                            failure.printStackTrace();
                        }
                    });
        }
        room.acquire(AT_ONCE);
        System.out.println("ready");
        if (System.in.read() < 0) {
            return;
        }
        Map<EventExecutor, List<NullClient>> byLoop =
                clients.stream().collect(Collectors.groupingBy(NullClient::executor));
        byLoop.forEach((loop, own) -> new Pace(own, PERIOD_NANOS).start(loop));
        sleep(warmUpSeconds);
        counts.set(true);
        System.out.println("counts");
        sleep(seconds);
        counts.set(false);
        System.out.printf(
                "%d %d %.3f %.3f %.3f%n",
                counted.getTotalCount(),
                errors.get(),
                counted.getValueAtPercentile(50) / 1e6,
                counted.getValueAtPercentile(99) / 1e6,
                counted.getMaxValue() / 1e6);
        while (System.in.read() >= 0) {
            // until it is closed, or this killed
        }
        System.exit(0);
    }

    private static void sleep(double seconds) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep((long) (seconds * 1e9));
    }

    private static SslContext tls(Path ca) throws IOException {
        return SslContextBuilder.forClient()
                .trustManager(ca.toFile())
                .sslProvider(SslProvider.OPENSSL_REFCNT)
                .applicationProtocolConfig(
                        new ApplicationProtocolConfig(
                                ApplicationProtocolConfig.Protocol.ALPN,
                                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                                "postgresql"))
                .build();
    }
}
