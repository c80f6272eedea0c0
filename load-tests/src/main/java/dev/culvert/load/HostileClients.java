package dev.culvert.load;

import dev.culvert.load.process.RelayProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Connects to a relay's Postgres port in every way that a client should not, many times, and looks
 * whether the relay's memory and sockets return to where they began. Exit code 1 when they do not.
 */
@Command(name = "hostile-clients", mixinStandardHelpOptions = true)
public final class HostileClients implements Callable<Integer> {
    private static final int TLS_RECORD = 0x16;
    private static final byte[] SSL_REQUEST = {0, 0, 0, 8, 4, (byte) 0xD2, 0x16, 0x2F};

    /** Sockets of the relay's own that come and go: timers, lookups, a health check. */
    private static final int SOCKET_SLACK = 5;

    /** What a client does. */
    private enum Kind {
        /** Random bytes, then it hangs up. */
        RANDOM_BYTES,
        /** SSLRequest, some bytes of a TLS record, then it hangs up. */
        RANDOM_TLS,
        /** SSLRequest, and no handshake: it waits until the relay hangs up. */
        HALF_OPEN,
        /** One byte of a startup packet after the other, slowly, until the relay hangs up. */
        SLOW_LORIS
    }

    @Option(names = "--port", required = true, description = "The relay's Postgres port.")
    private int port;

    @Option(names = "--pid", required = true, description = "The relay's process.")
    private long pid;

    @Option(names = "--connections", defaultValue = "100000")
    private int connections;

    @Option(names = "--at-once", defaultValue = "2000")
    private int atOnce;

    @Option(
            names = "--tolerance-mib",
            defaultValue = "32",
            description = "How much more memory the relay may have after a full collection.")
    private int toleranceMib;

    private final Map<Kind, AtomicInteger> done = new EnumMap<>(Kind.class);
    private final AtomicInteger failed = new AtomicInteger();

    /** Runs the program. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new HostileClients()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        for (Kind kind : Kind.values()) {
            done.put(kind, new AtomicInteger());
        }
        RelayProcess relay = new RelayProcess(pid);
        // the relay's own warm-up is not what is looked for
        run(Math.min(connections, 4 * atOnce));
        RelayProcess.Figures before = relay.settled(SOCKET_SLACK);
        long start = System.nanoTime();
        run(connections);
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        RelayProcess.Figures during = relay.figures();
        RelayProcess.Figures after = relay.settled(before.sockets() + SOCKET_SLACK);

        System.out.printf("%-22s %12s %12s %10s%n", "", "heap MiB", "resident MiB", "sockets");
        print("before", before);
        print("at the end", during);
        print("afterwards", after);
        System.out.printf(
                "%d connections (%s), %d could not connect, in %d s%n",
                connections, done, failed.get(), took.toSeconds());
        boolean back =
                after.sockets() <= before.sockets() + SOCKET_SLACK
                        && after.heapMib() <= before.heapMib() + toleranceMib
                        && after.residentMib() <= before.residentMib() + toleranceMib;
        System.out.println(back ? "back to where it began" : "NOT back to where it began");
        System.out.printf(
                "{\"connections\":%d,\"seconds\":%d,\"before\":%s,\"after\":%s,\"back\":%b}%n",
                connections, took.toSeconds(), before.json(), after.json(), back);
        return back ? 0 : 1;
    }

    private void run(int count) throws InterruptedException {
        Semaphore places = new Semaphore(atOnce);
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < count; i++) {
                places.acquire();
                // most come and go; a few stay as long as they are let
                Kind kind =
                        switch (i % 50) {
                            case 0 -> Kind.HALF_OPEN;
                            case 1 -> Kind.SLOW_LORIS;
                            default -> i % 2 == 0 ? Kind.RANDOM_BYTES : Kind.RANDOM_TLS;
                        };
                clients.execute(() -> {
                    try {
                        attack(kind);
                    } finally {
                        places.release();
                    }
                });
            }
        }
    }

    private void attack(Kind kind) {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(60_000);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 30_000);
            ThreadLocalRandom random = ThreadLocalRandom.current();
            byte[] bytes = new byte[random.nextInt(1, 2_000)];
            random.nextBytes(bytes);
            switch (kind) {
                case RANDOM_BYTES -> socket.getOutputStream().write(bytes);
                case RANDOM_TLS -> {
                    socket.getOutputStream().write(SSL_REQUEST);
                    bytes[0] = TLS_RECORD;
                    socket.getOutputStream().write(bytes);
                }
                case HALF_OPEN -> {
                    socket.getOutputStream().write(SSL_REQUEST);
                    readToTheEnd(socket);
                }
                case SLOW_LORIS -> sendSlowly(socket);
            }
        } catch (IOException | InterruptedException e) {
            // the relay hung up, as it should
            if (e instanceof java.net.ConnectException) {
                failed.incrementAndGet();
            }
        }
        done.getOrDefault(kind, failed).incrementAndGet();
    }

    private static void readToTheEnd(Socket socket) throws IOException {
        byte[] buffer = new byte[1_024];
        int read;
        do {
            read = socket.getInputStream().read(buffer);
        } while (read >= 0);
    }

    /** A startup packet of 10 000 bytes, of which one comes each second. */
    private static void sendSlowly(Socket socket) throws IOException, InterruptedException {
        byte[] length = {0, 0, 0x27, 0x10};
        for (int i = 0; i < 60; i++) {
            socket.getOutputStream().write(length[i % length.length]);
            TimeUnit.SECONDS.sleep(1);
        }
    }

    private static void print(String when, RelayProcess.Figures figures) {
        System.out.printf(
                "%-22s %12d %12d %10d%n",
                when, figures.heapMib(), figures.residentMib(), figures.sockets());
    }
}
