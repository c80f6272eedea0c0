package dev.culvert.front.testing;

import dev.culvert.wire.error.ErrorResponse;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** A client that sends what a test writes, in plain, and reads message by message. */
public final class RawClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final int VERSION_3_0 = 3 << 16;
    private static final int GSSENC_REQUEST = 80_877_104;

    /** A message of the server; type 0 for the end of the connection. */
    public record Message(char type, byte[] body) {
        /** The error in it. */
        public ErrorResponse error() {
            if (type != 'E') {
                throw new AssertionError("message " + type + " is no error");
            }
            return ErrorResponse.parse(Unpooled.wrappedBuffer(body));
        }
    }

    private Socket socket = new Socket();
    private DataInputStream in;

    /** Connects from an address of the loopback interface. */
    public RawClient(int port, String from) throws IOException {
        socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
        in = new DataInputStream(socket.getInputStream());
    }

    /** Connects. */
    public RawClient(int port) throws IOException {
        this(port, "127.0.0.1");
    }

    /** Sends bytes, each segment by itself. */
    public RawClient send(byte[]... segments) throws IOException {
        for (byte[] segment : segments) {
            socket.getOutputStream().write(segment);
            socket.getOutputStream().flush();
        }
        return this;
    }

    /** Sends a message with a type. */
    public RawClient sendMessage(char type, String text) throws IOException {
        return send(message(type, (text + "\0").getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Begins TLS, and trusts whoever answers.
     *
     * @param applicationProtocols offered by ALPN
     */
    public RawClient startTls(String host, String... applicationProtocols) throws IOException {
        SSLSocket tls =
                (SSLSocket)
                        TrustingTls.CONTEXT.getSocketFactory().createSocket(socket, host, 0, true);
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setApplicationProtocols(applicationProtocols);
        tls.setSSLParameters(parameters);
        tls.startHandshake();
        socket = tls;
        in = new DataInputStream(tls.getInputStream());
        return this;
    }

    /** Whether the server has closed the connection, after nothing more. */
    public boolean isClosedByServer() throws IOException {
        return read().type() == '\0';
    }

    /** A GSSENCRequest, which is answered with one byte. */
    public static byte[] gssEncRequest() {
        return ByteBuffer.allocate(8).putInt(8).putInt(GSSENC_REQUEST).array();
    }

    /** A StartupMessage. */
    public static byte[] startup(String user) {
        byte[] parameters =
                ("user\0" + user + "\0database\0postgres\0\0").getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + parameters.length)
                .putInt(8 + parameters.length)
                .putInt(VERSION_3_0)
                .put(parameters)
                .array();
    }

    /** A message with a type. */
    public static byte[] message(char type, byte[] body) {
        return ByteBuffer.allocate(5 + body.length)
                .put((byte) type)
                .putInt(4 + body.length)
                .put(body)
                .array();
    }

    /** SASLInitialResponse of SCRAM-SHA-256, with nonce {@code abc}. */
    public static byte[] saslInitial() {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes("SCRAM-SHA-256\0".getBytes(StandardCharsets.US_ASCII));
        byte[] first = "n,,n=,r=abc".getBytes(StandardCharsets.US_ASCII);
        body.writeBytes(ByteBuffer.allocate(4).putInt(first.length).array());
        body.writeBytes(first);
        return message('p', body.toByteArray());
    }

    /** Reads a single byte. */
    public char readByte() throws IOException {
        return (char) in.readUnsignedByte();
    }

    /** Reads a message. */
    public Message read() throws IOException {
        try {
            char type = (char) in.readUnsignedByte();
            byte[] body = new byte[in.readInt() - 4];
            in.readFully(body);
            return new Message(type, body);
        } catch (EOFException | SocketException e) {
            return new Message('\0', new byte[0]);
        }
    }

    /** Reads up to a message of that type. */
    public Message readUntil(char type) throws IOException {
        Message message = read();
        while (message.type() != type) {
            if (message.type() == '\0') {
                throw new AssertionError("the server closed the connection");
            }
            message = read();
        }
        return message;
    }

    /** Is gone, without a word. */
    public void vanish() throws IOException {
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
