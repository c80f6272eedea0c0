package dev.culvert.agent.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A client of the relay without a password; a thread of its own reads. */
final class ScriptedClient implements AutoCloseable {
    private static final byte[] SSL_REQUEST = {0, 0, 0, 8, 4, (byte) 0xD2, 0x16, 0x2F};
    private static final long PATIENCE_SECONDS = 20;

    /** In place of a message: the connection is closed. */
    private static final byte[] CLOSED = {};

    private final SSLSocket tls;
    private final BlockingQueue<byte[]> heard = new LinkedBlockingQueue<>();

    ScriptedClient(int port, String user) throws Exception {
        Socket connection = new Socket(InetAddress.getLoopbackAddress(), port);
        connection.getOutputStream().write(SSL_REQUEST);
        assertThat(connection.getInputStream().read()).isEqualTo('S');
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
        tls =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(connection, "localhost", port, true);
        Thread.ofVirtual().start(this::read);
        send(Notation.startup(new LinkedHashMap<>(Map.of("user", user))));
    }

    private void read() {
        try {
            DataInputStream in = new DataInputStream(tls.getInputStream());
            while (true) {
                byte type = in.readByte();
                int length = in.readInt();
                byte[] body = in.readNBytes(length - 4);
                heard.add(
                        ByteBuffer.allocate(5 + body.length)
                                .put(type)
                                .putInt(length)
                                .put(body)
                                .array());
            }
        } catch (IOException e) {
            heard.add(CLOSED);
        }
    }

    void send(byte[] messages) throws IOException {
        tls.getOutputStream().write(messages);
    }

    /** What comes up to ReadyForQuery, or to the end. */
    byte[] hear() throws InterruptedException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (true) {
            byte[] message = next();
            all.writeBytes(message);
            if (message.length == 0 || message[0] == 'Z') {
                return all.toByteArray();
            }
        }
    }

    /** Waits until the connection is closed behind an error of that code. */
    void lose(String sqlState) throws InterruptedException {
        byte[] last = {};
        for (byte[] message = next(); message.length > 0; message = next()) {
            last = message;
        }
        assertThat(new String(last, UTF_8)).startsWith("E").contains("C" + sqlState + "\0");
    }

    private byte[] next() throws InterruptedException {
        byte[] message = heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (message == null) {
            throw new AssertionError("the client hears nothing");
        }
        return message;
    }

    @Override
    public void close() throws IOException {
        tls.close();
    }
}
