package dev.culvert.relay.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A client with a session, which reads only when it is asked to. */
final class RawPostgres implements AutoCloseable {
    private static final byte[] SSL_REQUEST = {0, 0, 0, 8, 4, (byte) 0xD2, 0x16, 0x2F};
    private static final int PROTOCOL_3_0 = 196_608;
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Socket connection = new Socket();
    private final OutputStream out;
    private final DataInputStream in;

    /** Logs in without a password; the session begins when the agent has answered. */
    RawPostgres(int port, String user) throws Exception {
        connection.setReceiveBufferSize(16 * 1_024);
        connection.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        connection.getOutputStream().write(SSL_REQUEST);
        if (connection.getInputStream().read() != 'S') {
            throw new IOException("the relay does not speak TLS");
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
        SSLSocket tls =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(connection, "localhost", port, true);
        tls.setSoTimeout(TIMEOUT_MILLIS);
        out = tls.getOutputStream();
        in = new DataInputStream(tls.getInputStream());
        byte[] text = ("user\0" + user + "\0\0").getBytes(UTF_8);
        out.write(
                ByteBuffer.allocate(8 + text.length)
                        .putInt(8 + text.length)
                        .putInt(PROTOCOL_3_0)
                        .put(text)
                        .array());
    }

    /** Waits for ReadyForQuery, and asks something. */
    void query() throws IOException {
        query("SELECT 1");
    }

    /** Waits for ReadyForQuery, and asks that; takes as long as the relay does not read. */
    void query(String statement) throws IOException {
        readUntil('Z');
        byte[] sql = (statement + "\0").getBytes(UTF_8);
        out.write(
                ByteBuffer.allocate(5 + sql.length)
                        .put((byte) 'Q')
                        .putInt(4 + sql.length)
                        .put(sql)
                        .array());
    }

    /** Reads until an error, and returns its SQLSTATE. */
    String awaitError() throws IOException {
        for (String field : new String(readUntil('E'), UTF_8).split("\0", -1)) {
            if (field.startsWith("C")) {
                return field.substring(1);
            }
        }
        throw new IOException("an error without SQLSTATE");
    }

    private byte[] readUntil(char type) throws IOException {
        while (true) {
            int got = in.readUnsignedByte();
            int length = in.readInt() - 4;
            if (got == type) {
                return in.readNBytes(length);
            }
            in.skipNBytes(length);
        }
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
