package dev.culvert.load.nulls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.function.LongConsumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A client of a null agent, on blocking sockets. Not thread-safe. */
public final class SqlClient implements AutoCloseable {
    /** An ErrorResponse, with its fields as they came. */
    public static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        Refused(String fields) {
            super(fields);
        }

        /** Whether this is the error's SQLSTATE. */
        public boolean hasSqlState(String state) {
            return String.valueOf(getMessage()).contains(" C" + state + " ");
        }
    }

    private static final byte[] SSL_REQUEST = {0, 0, 0, 8, 4, (byte) 0xD2, 0x16, 0x2F};
    private static final int PROTOCOL_3_0 = 196_608;
    private static final int TIMEOUT_MILLIS = 60_000;

    /** What libpq sends at once. */
    private static final int COPY_DATA_BYTES = 8 * 1_024;

    private final Socket connection;
    private final OutputStream out;
    private final DataInputStream in;

    /**
     * Connects and logs in.
     *
     * @param host for SNI; the server is on this machine
     * @throws Refused for an ErrorResponse
     */
    public SqlClient(SSLContext tls, String host, int port) throws IOException {
        connection = new Socket();
        try {
            connection.setTcpNoDelay(true);
            connection.setSoTimeout(TIMEOUT_MILLIS);
            connection.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            connection.getOutputStream().write(SSL_REQUEST);
            if (connection.getInputStream().read() != 'S') {
                throw new IOException("no TLS");
            }
            SSLSocket socket =
                    (SSLSocket) tls.getSocketFactory().createSocket(connection, host, port, true);
            socket.startHandshake();
            out = socket.getOutputStream();
            in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            byte[] text = ("user\0" + NullAgent.USER + "\0\0").getBytes(US_ASCII);
            out.write(
                    ByteBuffer.allocate(8 + text.length)
                            .putInt(8 + text.length)
                            .putInt(PROTOCOL_3_0)
                            .put(text)
                            .array());
            awaitReady();
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** TLS that trusts a CA. */
    public static SSLContext trusting(Path caFile) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (var file = Files.newInputStream(caFile)) {
            store.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    /**
     * Runs a statement to its end.
     *
     * @return the bytes of COPY data that came
     */
    public long query(String sql) throws IOException {
        ask(sql);
        return awaitReady();
    }

    /** Sends a statement, and reads nothing. */
    public void ask(String sql) throws IOException {
        byte[] text = (sql + "\0").getBytes(US_ASCII);
        out.write(
                ByteBuffer.allocate(5 + text.length)
                        .put((byte) 'Q')
                        .putInt(4 + text.length)
                        .put(text)
                        .array());
    }

    /** Sends so many bytes with COPY FROM STDIN. */
    public void copyIn(long bytes) throws IOException {
        startCopyIn();
        writeCopyData(bytes, _ -> {});
        out.write(new byte[] {'c', 0, 0, 0, 4});
        awaitReady();
    }

    /** Begins a COPY FROM STDIN, and returns when the server takes data. */
    public void startCopyIn() throws IOException {
        ask("COPY t FROM STDIN");
        if (nextType() != 'G') {
            throw new IOException("no CopyInResponse");
        }
        skip();
    }

    /**
     * Sends COPY data, whatever the server says.
     *
     * @param written told after each write how many were written
     */
    public void writeCopyData(long bytes, LongConsumer written) throws IOException {
        byte[] message =
                ByteBuffer.allocate(5 + COPY_DATA_BYTES)
                        .put((byte) 'd')
                        .putInt(4 + COPY_DATA_BYTES)
                        .array();
        for (long sent = 0; sent < bytes; sent += COPY_DATA_BYTES) {
            out.write(message);
            written.accept(sent + COPY_DATA_BYTES);
        }
    }

    /** Says goodbye. */
    public void terminate() throws IOException {
        out.write(new byte[] {'X', 0, 0, 0, 4});
        close();
    }

    /** Takes the connection from under its TLS, without a word. */
    @Override
    public void close() throws IOException {
        connection.close();
    }

    private long awaitReady() throws IOException {
        long copied = 0;
        while (true) {
            int type = nextType();
            if (type == 'd') {
                copied += skip();
            } else {
                skip();
                if (type == 'Z') {
                    return copied;
                }
            }
        }
    }

    private int nextType() throws IOException {
        int type = in.read();
        if (type < 0) {
            throw new IOException("the connection is closed");
        }
        if (type == 'E') {
            byte[] fields = new byte[in.readInt() - 4];
            in.readFully(fields);
            throw new Refused(new String(fields, US_ASCII).replace('\0', ' '));
        }
        return type;
    }

    private int skip() throws IOException {
        int size = in.readInt() - 4;
        in.skipNBytes(size);
        return size;
    }
}
