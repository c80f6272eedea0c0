package dev.culvert.front.local;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The client's end of a connection within the process: blocking streams, as of a socket. One thread
 * may read while another writes.
 */
public final class InProcessConnection implements AutoCloseable {
    /** Bytes of one write that go to the server at once. */
    private static final int PIECE = 64 * 1_024;

    private final BlockingQueue<ByteBuf> received = new LinkedBlockingQueue<>();
    private final InputStream input = new Input();
    private final OutputStream output = new Output();
    private volatile int timeoutMillis;

    /** Whether either end has closed it. */
    private volatile boolean ended;

    private volatile boolean closed;
    private volatile @Nullable Channel channel;
    private volatile @Nullable LocalWindow window;

    InProcessConnection() {}

    ChannelHandler receiver() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                if (closed) {
                    ((ByteBuf) message).release();
                } else {
                    received.add((ByteBuf) message);
                }
            }

            @Override
            public void channelInactive(ChannelHandlerContext ctx) {
                ended = true;
                if (closed) {
                    forget();
                }
                received.add(Unpooled.EMPTY_BUFFER);
            }
        };
    }

    void open(Channel connected, LocalWindow serversWindow) {
        channel = connected;
        window = serversWindow;
    }

    /** What the server sends. */
    public InputStream input() {
        return input;
    }

    /** What the server is sent: at once, or when it has room. */
    public OutputStream output() {
        return output;
    }

    /** How long a read may wait, as of {@link java.net.Socket#setSoTimeout}; 0 for ever. */
    public void timeout(int millis) {
        timeoutMillis = millis;
    }

    /** See {@link #timeout(int)}. */
    public int timeout() {
        return timeoutMillis;
    }

    /** Whether this end has closed it. */
    public boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        ended = true;
        Channel present = channel;
        if (present != null) {
            present.close();
        }
        forget();
        received.add(Unpooled.EMPTY_BUFFER);
    }

    /** Nobody reads any more what has been received. */
    private void forget() {
        for (ByteBuf next = received.poll(); next != null; next = received.poll()) {
            next.release();
        }
    }

    private static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("interrupted while waiting for the server");
    }

    private final class Input extends InputStream {
        private @Nullable ByteBuf current;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            ByteBuf present = current;
            if (present == null) {
                present = next();
                if (present == null) {
                    return -1;
                }
                current = present;
            }
            int count = Math.min(length, present.readableBytes());
            present.readBytes(target, offset, count);
            if (!present.isReadable()) {
                present.release();
                current = null;
            }
            LocalWindow server = window;
            if (server != null) {
                server.read(count);
            }
            return count;
        }

        @Override
        public int available() {
            ByteBuf present = current == null ? received.peek() : current;
            return present == null ? 0 : present.readableBytes();
        }

        /** Null at the end of the stream. */
        private @Nullable ByteBuf next() throws IOException {
            try {
                while (true) {
                    ByteBuf next =
                            timeoutMillis == 0
                                    ? received.take()
                                    : received.poll(timeoutMillis, TimeUnit.MILLISECONDS);
                    if (next == null) {
                        throw new SocketTimeoutException("Read timed out");
                    }
                    if (next.isReadable()) {
                        return next;
                    }
                    next.release();
                    if (ended && received.isEmpty()) {
                        // for whoever asks again
                        received.add(Unpooled.EMPTY_BUFFER);
                        return null;
                    }
                }
            } catch (InterruptedException e) {
                throw interrupted();
            }
        }
    }

    private final class Output extends OutputStream {
        @Override
        public void write(int oneByte) throws IOException {
            write(new byte[] {(byte) oneByte}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            for (int at = 0; at < length; at += PIECE) {
                send(bytes, offset + at, Math.min(PIECE, length - at));
            }
        }

        private void send(byte[] bytes, int offset, int length) throws IOException {
            Channel present = channel;
            LocalWindow server = window;
            if (present == null || server == null || ended) {
                throw new IOException("the connection is closed");
            }
            try {
                server.room().acquire(length);
            } catch (InterruptedException e) {
                throw interrupted();
            }
            present.writeAndFlush(Unpooled.copiedBuffer(bytes, offset, length));
        }
    }
}
