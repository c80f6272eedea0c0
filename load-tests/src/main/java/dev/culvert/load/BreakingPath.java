package dev.culvert.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A TCP proxy on loopback whose connections break, wherever they are in what they carry. */
final class BreakingPath implements AutoCloseable {
    /** How a connection breaks. */
    enum Break {
        /** Both ends read the end of the stream. */
        FIN,
        /** Both ends get a reset; what is in their buffers is lost. */
        RST,
        /** Nothing arrives any more, either way; much later, a reset. */
        SILENCE
    }

    private static final int CHUNK_BYTES = 16 * 1_024;

    private final ServerSocket server = new ServerSocket();
    private final int target;
    private final Duration silence;
    private final Random random;
    private final Duration every;
    private final Map<Break, AtomicInteger> breaks = new EnumMap<>(Break.class);
    private volatile boolean breaking;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService fate =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("fate").factory());

    /**
     * Starts; nothing breaks before {@link #startBreaking}.
     *
     * @param target the port on loopback that it leads to
     * @param every how long a connection lives, on average
     * @param silence how long a connection that has fallen silent stays open
     * @param seed of all that is random
     */
    BreakingPath(int target, Duration every, Duration silence, long seed) throws IOException {
        this.target = target;
        this.every = every;
        this.silence = silence;
        random = new Random(seed);
        for (Break kind : Break.values()) {
            breaks.put(kind, new AtomicInteger());
        }
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** From now on connections break, at times that no one can foresee. */
    void startBreaking() {
        breaking = true;
        fate.execute(this::scheduleBreak);
    }

    /** What is open stays open; what has fallen silent still ends when its time comes. */
    void stopBreaking() {
        breaking = false;
    }

    /** How many connections broke in that way. */
    int breaks(Break kind) {
        return count(kind).get();
    }

    private AtomicInteger count(Break kind) {
        return Objects.requireNonNull(breaks.get(kind));
    }

    /** How many connections broke. */
    int breaks() {
        return breaks.values().stream().mapToInt(AtomicInteger::get).sum();
    }

    private void scheduleBreak() {
        // memoryless: a connection may break right after another, or in the middle of the resume
        long wait = (long) (-Math.log(1 - random.nextDouble()) * every.toMillis());
        Break kind = Break.values()[random.nextInt(Break.values().length)];
        fate.schedule(
                () -> {
                    if (!breaking) {
                        return;
                    }
                    for (Connection connection : connections) {
                        if (connection.breakBy(kind)) {
                            count(kind).incrementAndGet();
                        }
                    }
                    scheduleBreak();
                },
                wait,
                TimeUnit.MILLISECONDS);
    }

    private void accept() {
        try {
            while (true) {
                Socket near = server.accept();
                Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
                near.setTcpNoDelay(true);
                far.setTcpNoDelay(true);
                Connection connection = new Connection(near, far);
                connections.add(connection);
                connection.start();
            }
        } catch (IOException e) {
            // closed
        }
    }

    @Override
    public void close() {
        fate.shutdownNow();
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        connections.forEach(Connection::close);
    }

    private final class Connection {
        private final Socket near;
        private final Socket far;
        private volatile boolean silent;

        Connection(Socket near, Socket far) {
            this.near = near;
            this.far = far;
        }

        void start() {
            Thread.ofVirtual().start(() -> carry(near, far));
            Thread.ofVirtual().start(() -> carry(far, near));
        }

        private void carry(Socket from, Socket to) {
            byte[] chunk = new byte[CHUNK_BYTES];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                    if (!silent) {
                        out.write(chunk, 0, length);
                    }
                }
            } catch (IOException e) {
                // ends like a stream that ends
            }
            close();
        }

        /** False for one that is broken already. */
        boolean breakBy(Break kind) {
            if (silent || near.isClosed()) {
                return false;
            }
            switch (kind) {
                case FIN -> close();
                case RST -> reset();
                case SILENCE -> {
                    silent = true;
                    fate.schedule(this::reset, silence.toMillis(), TimeUnit.MILLISECONDS);
                }
            }
            return true;
        }

        private void reset() {
            try {
                near.setSoLinger(true, 0);
                far.setSoLinger(true, 0);
            } catch (IOException e) {
                // closed by its ends
            }
            close();
        }

        private void close() {
            connections.remove(this);
            try (near;
                    far) {
                // both, whatever happens
            } catch (IOException e) {
                // gone already
            }
        }
    }
}
