package dev.culvert.load.nulls;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Many null agents in a process of their own. Arguments: the relay's URL, a file with the CA to
 * trust, how many, and the number of the first (0). Prints how many are open and the seconds that
 * they took, when all are.
 */
public final class NullAgents {
    private static final int AT_ONCE = 200;

    /** An address of this machine has some 28 000 ports for connections to one other. */
    private static final int PER_ADDRESS = 20_000;

    private NullAgents() {}

    /** The name of a tunnel; they count from 0. */
    public static String tunnel(int number) {
        return "null-%05d".formatted(number);
    }

    /** Where a tunnel's connection comes from: loopback has many addresses. */
    private static String source(int number) {
        return "127.0.0." + (1 + number / PER_ADDRESS);
    }

    /** Runs until it is killed. */
    public static void main(String[] args) throws Exception {
        URI relay = URI.create(args[0]);
        int count = Integer.parseInt(args[2]);
        int first = args.length > 3 ? Integer.parseInt(args[3]) : 0;
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(EpollIoHandler.newFactory());
        SslContext tls = tls(Path.of(args[1]));
        Semaphore room = new Semaphore(AT_ONCE);
        AtomicInteger failures = new AtomicInteger();
        long start = System.nanoTime();
        for (int i = first; i < first + count; i++) {
            room.acquire();
            CompletableFuture<NullAgent> connected =
                    NullAgent.connect(group, tls, relay, tunnel(i), source(i));
            connected.whenComplete((_, failure) -> {
                room.release();
                if (failure != null && failures.getAndIncrement() == 0) {
                    failure.printStackTrace();
                }
            });
        }
        room.acquire(AT_ONCE);
        double seconds = (System.nanoTime() - start) / 1e9;
        if (failures.get() > 0) {
            System.err.println(failures.get() + " of " + count + " tunnels are not open");
            System.exit(1);
        }
        System.out.printf("%d %.3f%n", count, seconds);
        TimeUnit.DAYS.sleep(1);
    }

    /** Trusts a CA; nobody has to release it. */
    public static SslContext tls(Path ca) throws java.io.IOException {
        return SslContextBuilder.forClient()
                .trustManager(ca.toFile())
                .sslProvider(SslProvider.OPENSSL)
                .build();
    }
}
