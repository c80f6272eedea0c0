package dev.culvert.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.front.backend.SessionTimeouts;
import dev.culvert.front.sharing.QueueSharing;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client that prepares in one batch and executes in another, and an owner in between. */
@Timeout(60)
class UnnamedStatementTest {
    private static final byte[] SYNC = message('S');
    private static final byte[] BIND = message('B', bytes(0, 0, 0, 0, 0, 0, 0, 0));
    private static final byte[] EXECUTE = message('E', bytes(0, 0, 0, 0, 0));
    private static final byte[] DESCRIBE = message('D', bytes('S', 0));

    @Test
    void is_the_clients_own_whatever_the_owner_does() throws Exception {
        try (LocalFront front =
                        new LocalFront(settings ->
                                settings.withSharing(
                                        new QueueSharing(10), SessionTimeouts.DEFAULTS));
                Client client = new Client(front)) {
            client.intrude();
            assertThat(client.ask(BIND, EXECUTE, SYNC)).containsExactly("E:26000", "Z:I");

            assertThat(client.ask(parse("", "select 'of the client'"), SYNC))
                    .containsExactly("1", "Z:I");
            client.intrude();
            assertThat(client.ask(DESCRIBE, SYNC)).containsExactly("t", "T", "Z:I");
            for (int i = 0; i < 2; i++) {
                client.intrude();
                assertThat(client.ask(BIND, EXECUTE, SYNC))
                        .containsExactly("2", "D:of the client", "C:SELECT 1", "Z:I");
            }

            // what was skipped has not replaced it, what failed has
            client.intrude();
            assertThat(
                            client.ask(
                                    parse("s", "select 1/0"),
                                    message('B', bytes(0, 's', 0, 0, 0, 0, 0, 0, 0)),
                                    EXECUTE,
                                    parse("", "select 'skipped'"),
                                    SYNC))
                    .containsExactly("1", "E:22012", "Z:I");
            client.intrude();
            assertThat(client.ask(BIND, EXECUTE, SYNC)).contains("D:of the client");
            client.intrude();
            assertThat(client.ask(parse("", "select nothing"), SYNC))
                    .containsExactly("E:42703", "Z:I");
            client.intrude();
            assertThat(client.ask(BIND, EXECUTE, SYNC)).containsExactly("E:26000", "Z:I");

            // what it counts on is gone
            client.ask(query("create table short (a int)"));
            client.ask(parse("", "select a from short"), SYNC);
            new OwnSql(front.database).run("drop table short");
            assertThat(client.ask(BIND, EXECUTE, SYNC)).containsExactly("E:42P01", "Z:I");
            assertThat(client.ask(query("select 1")))
                    .containsExactly("T", "D:1", "C:SELECT 1", "Z:I");
            client.intrude();
            assertThat(client.ask(BIND, EXECUTE, SYNC)).containsExactly("E:26000", "Z:I");
        }
    }

    private static byte[] parse(String name, String sql) {
        return message('P', text(name), text(sql), bytes(0, 0));
    }

    private static byte[] query(String sql) {
        return message('Q', text(sql));
    }

    private static byte[] text(String text) {
        return (text + "\0").getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static byte[] message(char type, byte[]... parts) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            body.writeBytes(part);
        }
        return ByteBuffer.allocate(5 + body.size())
                .put((byte) type)
                .putInt(4 + body.size())
                .put(body.toByteArray())
                .array();
    }

    /** A client that has logged in. */
    private static final class Client implements AutoCloseable {
        private final LocalFront front;
        private final Socket socket;
        private final DataInputStream in;

        Client(LocalFront front) throws IOException {
            this.front = front;
            socket = new Socket(InetAddress.getLoopbackAddress(), front.port());
            in = new DataInputStream(socket.getInputStream());
            byte[] parameters = text("user\0postgres\0database\0postgres\0");
            socket.getOutputStream()
                    .write(
                            ByteBuffer.allocate(8 + parameters.length)
                                    .putInt(8 + parameters.length)
                                    .putInt(3 << 16)
                                    .put(parameters)
                                    .array());
            answer();
        }

        /** The owner has its turn, and an unnamed statement. */
        void intrude() {
            ByteArrayOutputStream batch = new ByteArrayOutputStream();
            batch.writeBytes(parse("", "select 'of the owner'"));
            batch.writeBytes(SYNC);
            front.database.exec(batch.toByteArray());
        }

        /** Sends a batch; the types of what comes back, with what matters in them. */
        List<String> ask(byte[]... messages) throws IOException {
            ByteArrayOutputStream batch = new ByteArrayOutputStream();
            for (byte[] message : messages) {
                batch.writeBytes(message);
            }
            socket.getOutputStream().write(batch.toByteArray());
            return answer();
        }

        private List<String> answer() throws IOException {
            List<String> answer = new ArrayList<>();
            while (true) {
                char type = (char) in.readUnsignedByte();
                byte[] body = new byte[in.readInt() - 4];
                in.readFully(body);
                String text = new String(body, StandardCharsets.UTF_8);
                switch (type) {
                    case 'E' -> answer.add("E:" + text.replaceAll("(?s).*\0C(.{5})\0.*", "$1"));
                    case 'D' -> answer.add("D:" + text.substring(6));
                    case 'C' -> answer.add("C:" + text.substring(0, text.length() - 1));
                    case 'Z' -> {
                        answer.add("Z:" + text);
                        return answer;
                    }
                    case 'S', 'K', 'R', 'N' -> {
                        // of the start
                    }
                    default -> answer.add(String.valueOf(type));
                }
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
