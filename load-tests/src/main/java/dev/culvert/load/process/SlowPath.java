package dev.culvert.load.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A TCP proxy on loopback that is a path with a rate and a delay, each way. What does not fit waits
 * in front of it, in small buffers of its own and in the sender's.
 */
public final class SlowPath implements AutoCloseable {
    /** In front of the bottleneck; what a router would have. */
    private static final int BUFFER_BYTES = 64 * 1_024;

    private static final int CHUNK_BYTES = 8 * 1_024;

    private final ServerSocket server = new ServerSocket();
    private final int target;
    private final double bytesPerNano;
    private final long delayNanos;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    /** Bytes that arrive later; none for the end. */
    private record Chunk(byte[] bytes, int length, long arrivesAt) {}

    /**
     * Starts.
     *
     * @param target the port on loopback that it leads to
     * @param bytesPerSecond each way
     * @param roundTripMillis what it adds to a round trip
     */
    public SlowPath(int target, double bytesPerSecond, int roundTripMillis) throws IOException {
        this.target = target;
        bytesPerNano = bytesPerSecond / 1e9;
        delayNanos = TimeUnit.MILLISECONDS.toNanos(roundTripMillis) / 2;
        server.setReceiveBufferSize(BUFFER_BYTES);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread.ofVirtual().start(this::accept);
    }

    /** Where it begins, on loopback. */
    public int port() {
        return server.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket near = server.accept();
                Socket far = new Socket();
                far.setReceiveBufferSize(BUFFER_BYTES);
                far.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
                for (Socket socket : new Socket[] {near, far}) {
                    sockets.add(socket);
                    socket.setTcpNoDelay(true);
                }
                lead(near, far);
                lead(far, near);
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void lead(Socket from, Socket to) {
        LinkedBlockingQueue<Chunk> underway = new LinkedBlockingQueue<>();
        Thread.ofPlatform().daemon().start(() -> read(from, underway));
        Thread.ofPlatform().daemon().start(() -> write(underway, from, to));
    }

    private void read(Socket from, LinkedBlockingQueue<Chunk> underway) {
        long free = System.nanoTime();
        try {
            InputStream in = from.getInputStream();
            while (true) {
                byte[] bytes = new byte[CHUNK_BYTES];
                int length = in.read(bytes);
                if (length < 0) {
                    break;
                }
                free = Math.max(free, System.nanoTime()) + (long) (length / bytesPerNano);
                sleepUntil(free);
                underway.add(new Chunk(bytes, length, System.nanoTime() + delayNanos));
            }
        } catch (IOException e) {
            // ends like a stream that ends
        }
        underway.add(new Chunk(new byte[0], 0, System.nanoTime() + delayNanos));
    }

    private static void write(LinkedBlockingQueue<Chunk> underway, Socket from, Socket to) {
        try (from;
                to) {
            OutputStream out = to.getOutputStream();
            for (Chunk next = underway.take(); next.length() > 0; next = underway.take()) {
                sleepUntil(next.arrivesAt());
                out.write(next.bytes(), 0, next.length());
            }
        } catch (IOException | InterruptedException e) {
            // both sockets are closed
        }
    }

    private static void sleepUntil(long nanos) {
        for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
