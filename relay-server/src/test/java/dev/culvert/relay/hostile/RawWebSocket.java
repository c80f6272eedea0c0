package dev.culvert.relay.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.tunnel.codec.FrameEncoder;
import dev.culvert.tunnel.frame.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A WebSocket that sends what no library would (RFC 6455). */
final class RawWebSocket implements AutoCloseable {
    static final int FIN = 0x80;
    static final int RSV1 = 0x40;
    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int RESERVED = 3;
    static final int CLOSE = 8;
    static final int PING = 9;

    private static final int MASKED = 0x80;
    private static final int TIMEOUT_MILLIS = 20_000;

    /** How the relay ended the WebSocket. */
    record End(int code, String reason) {
        /** The connection was closed without a Close frame. */
        static final End WITHOUT_CODE = new End(0, "");
    }

    private final Socket connection;
    private final SSLSocket tls;
    private final OutputStream out;
    private final DataInputStream in;

    RawWebSocket(int port) throws Exception {
        this(port, upgrade().length());
        readUpgraded();
    }

    /** Sends only that many bytes of the request, and waits for nothing. */
    RawWebSocket(int port, int bytesOfUpgrade) throws Exception {
        connection = new Socket();
        // small, so that it is soon full when nobody reads
        connection.setReceiveBufferSize(16 * 1_024);
        connection.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
        tls =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(connection, "localhost", port, true);
        tls.setSoTimeout(TIMEOUT_MILLIS);
        out = tls.getOutputStream();
        in = new DataInputStream(tls.getInputStream());
        out.write(upgrade().substring(0, bytesOfUpgrade).getBytes(ISO_8859_1));
    }

    /** The request, which offers compression. */
    static String upgrade() {
        return "GET /tunnel HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                + "Sec-WebSocket-Protocol: "
                + Frame.SUBPROTOCOL
                + "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n";
    }

    private void readUpgraded() throws IOException {
        StringBuilder response = new StringBuilder();
        while (response.indexOf("\r\n\r\n") < 0) {
            response.append((char) in.readUnsignedByte());
        }
        if (!response.toString().startsWith("HTTP/1.1 101 ")
                || response.indexOf("Extensions") >= 0) {
            throw new IOException(response.toString());
        }
    }

    /** Sends a frame of the tunnel as it should be. */
    void send(Frame frame) throws IOException {
        ByteBuf encoded = FrameEncoder.encode(frame, UnpooledByteBufAllocator.DEFAULT);
        byte[] bytes = new byte[encoded.readableBytes()];
        encoded.readBytes(bytes).release();
        sendMessage(FIN | BINARY, bytes);
    }

    /** Sends a frame of the tunnel, made of parts. */
    void send(int type, int stream, byte... payload) throws IOException {
        sendTimes(1, type, stream, payload);
    }

    /** Sends the same frame of the tunnel many times at once. */
    void sendTimes(int times, int type, int stream, byte... payload) throws IOException {
        byte[] message =
                webSocketFrame(
                        FIN | BINARY,
                        ByteBuffer.allocate(Frame.HEADER_BYTES + payload.length)
                                .putInt(type << 24)
                                .putInt(stream)
                                .put(payload)
                                .array());
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < times; i++) {
            all.writeBytes(message);
        }
        out.write(all.toByteArray());
    }

    /** Sends a WebSocket frame, masked with zeros as a client's has to be masked. */
    void sendMessage(int firstByte, byte... payload) throws IOException {
        out.write(webSocketFrame(firstByte, payload));
    }

    private static byte[] webSocketFrame(int firstByte, byte... payload) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(firstByte);
        if (payload.length < 126) {
            frame.write(MASKED | payload.length);
        } else if (payload.length < 65_536) {
            frame.write(MASKED | 126);
            frame.writeBytes(ByteBuffer.allocate(2).putShort((short) payload.length).array());
        } else {
            frame.write(MASKED | 127);
            frame.writeBytes(ByteBuffer.allocate(8).putLong(payload.length).array());
        }
        frame.writeBytes(new byte[4]);
        frame.writeBytes(payload);
        return frame.toByteArray();
    }

    /** Sends bytes as they are. */
    void sendBytes(int... bytes) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int value : bytes) {
            all.write(value);
        }
        out.write(all.toByteArray());
    }

    /** Sends bytes as they are. */
    void sendRaw(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    /** Reads until a frame of that type of the tunnel has come; returns it with its header. */
    byte[] readUntil(int type) throws IOException {
        while (true) {
            int first = in.readUnsignedByte();
            byte[] payload = readPayload();
            if ((first & 0x0F) == CLOSE) {
                throw new IOException("closed: " + end(payload));
            }
            if ((first & 0x0F) == BINARY && payload[0] == type) {
                return payload;
            }
        }
    }

    /** Reads until the relay ends the WebSocket. */
    End awaitEnd() throws IOException {
        while (true) {
            int first = in.read();
            if (first < 0) {
                return End.WITHOUT_CODE;
            }
            byte[] payload = readPayload();
            if ((first & 0x0F) == CLOSE) {
                return end(payload);
            }
        }
    }

    private byte[] readPayload() throws IOException {
        int length = in.readUnsignedByte();
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = Math.toIntExact(in.readLong());
        }
        return in.readNBytes(length);
    }

    private static End end(byte[] payload) {
        return payload.length < 2
                ? End.WITHOUT_CODE
                : new End(
                        ByteBuffer.wrap(payload).getShort() & 0xFFFF,
                        new String(payload, 2, payload.length - 2, UTF_8));
    }

    /** Says that nothing more comes; what the relay says can still be read. */
    void shutdownOutput() throws IOException {
        tls.shutdownOutput();
    }

    /** How long a read waits. */
    void setPatience(Duration patience) throws IOException {
        tls.setSoTimeout(Math.toIntExact(patience.toMillis()));
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
