package dev.culvert.load;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** What a relay takes in for somebody who takes nothing from it. */
final class Memory {
    private static final int CHUNK = 64 * 1_024;

    /** Nothing moves for so long: it has stopped. */
    private static final int STILL_MILLIS = 1_500;

    /**
     * What came of an offer.
     *
     * @param takenIn bytes that were sent towards the relay; sockets' buffers hold some of them
     * @param residentBytes how much this process, which the relay is a part of, grew
     */
    record Figures(long takenIn, long residentBytes) {}

    private Memory() {}

    /** An agent offers so much to a client that does not read. */
    static Figures towardsSilentClient(LocalRelay relay, long offered) throws Exception {
        try (NullAgent agent = relay.agent("silent", relay.httpsPort());
                LocalRelay.Client client = relay.client("silent")) {
            long before = residentBytes();
            client.out().write(NullAgent.query(offered));
            awaitStill(agent::sentBytes);
            return new Figures(agent.sentBytes(), residentBytes() - before);
        }
    }

    /** A client offers so much to an agent that is frozen. */
    static Figures towardsFrozenAgent(LocalRelay relay, long offered) throws Exception {
        AtomicLong written = new AtomicLong();
        try (NullAgent agent = relay.agent("frozen", relay.httpsPort());
                LocalRelay.Client client = relay.client("frozen")) {
            agent.freeze();
            long before = residentBytes();
            Thread.ofPlatform().daemon().start(() -> offer(client, offered, written));
            awaitStill(written::get);
            return new Figures(written.get(), residentBytes() - before);
        }
    }

    private static void offer(LocalRelay.Client client, long offered, AtomicLong written) {
        try {
            OutputStream out = client.out();
            out.write(ByteBuffer.allocate(5).put((byte) 'Q').putInt((int) offered).array());
            byte[] chunk = new byte[CHUNK];
            while (written.get() < offered) {
                out.write(chunk);
                written.addAndGet(CHUNK);
            }
        } catch (IOException e) {
            // the measurement is over
        }
    }

    private static void awaitStill(LongSupplier progress) throws InterruptedException {
        long last = -1;
        long since = System.nanoTime();
        while (System.nanoTime() - since < TimeUnit.MILLISECONDS.toNanos(STILL_MILLIS)) {
            TimeUnit.MILLISECONDS.sleep(50);
            if (progress.getAsLong() != last) {
                last = progress.getAsLong();
                since = System.nanoTime();
            }
        }
    }

    private static long residentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1_024;
            }
        }
        throw new IOException("no VmRSS");
    }
}
