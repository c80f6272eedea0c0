package dev.culvert.server;

import static dev.culvert.server.LocalFront.ask;
import static dev.culvert.server.LocalFront.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.culvert.pglite.PGlite;
import dev.culvert.pglite.PGliteException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A database that comes to an end while clients use it. */
@Timeout(60)
class DatabaseDeathTest {
    @Test
    void its_client_hears_57P02_and_the_next_one_finds_it_open_again(@TempDir Path folder)
            throws Exception {
        try (LocalFront front =
                new LocalFront(
                        PGlite.open(folder),
                        settings -> settings.withReopen(() -> PGlite.open(folder)))) {
            Connection first = front.connect();
            run(first, "CREATE TABLE kept AS SELECT 42 AS a");

            kill(front);

            assertThatThrownBy(() -> run(first, "SELECT 1"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> {
                                assertThat(e.getSQLState()).isEqualTo("57P02");
                                assertThat(e.getMessage()).contains("is being opened again");
                            });
            try (Connection second = front.connect()) {
                assertThat(ask(second, "SELECT string_agg(a::text, ',') FROM kept"))
                        .isEqualTo("42");
            }
            front.backend.close();
            front.backend.database().ifPresent(PGlite::close);
        }
    }

    @Test
    void what_was_in_memory_is_gone_and_its_owner_hears_so() throws Exception {
        CompletableFuture<String> stopped = new CompletableFuture<>();
        try (LocalFront front =
                new LocalFront(settings -> settings.withOnStopped(stopped::complete))) {
            Connection connection = front.connect();
            kill(front);

            assertThatThrownBy(() -> run(connection, "SELECT 1"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getSQLState()).isEqualTo("57P02"));
            assertThat(stopped.get(10, TimeUnit.SECONDS)).isNotEmpty();
            assertThat(front.backend.database()).isEmpty();
            assertThatThrownBy(() -> front.connect().close())
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getSQLState()).isEqualTo("57P02"));
        }
    }

    @Test
    void a_client_cannot_end_it_with_what_does_not_belong_to_a_COPY() throws Exception {
        try (LocalFront front = new LocalFront(settings -> settings)) {
            try (Connection connection = front.connect()) {
                run(connection, "CREATE TABLE target (a int)");
            }
            front.awaitEnd();
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), front.port())) {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                ByteBuf startup = Unpooled.buffer();
                startup.writeInt(0).writeInt(3 << 16);
                startup.writeCharSequence(
                        "user\0postgres\0database\0postgres\0\0", StandardCharsets.US_ASCII);
                startup.setInt(0, startup.readableBytes());
                socket.getOutputStream().write(ByteBufUtil.getBytes(startup));
                readUntil(in, 'Z');
                ByteBuf together =
                        Unpooled.wrappedBuffer(
                                FrontendMessages.query("COPY target FROM STDIN"),
                                FrontendMessages.query("SELECT 'not data'"));

                socket.getOutputStream().write(ByteBufUtil.getBytes(together));
                assertThat(readUntil(in, 'E'))
                        .contains("C08P01")
                        .contains("unexpected message type 0x51 during COPY from stdin");
            }
            try (Connection connection = front.connect()) {
                assertThat(ask(connection, "SELECT count(*) FROM target")).isEqualTo("0");
            }
        }
    }

    private static String readUntil(DataInputStream in, char type) throws IOException {
        while (true) {
            char next = (char) in.readByte();
            byte[] body = in.readNBytes(in.readInt() - Integer.BYTES);
            if (next == type) {
                return new String(body, StandardCharsets.UTF_8);
            }
        }
    }

    /** Sends what no front would let through. */
    private static void kill(LocalFront front) {
        assertThatThrownBy(() -> front.database.exec(new byte[] {'?', 0, 0, 0, 4}))
                .isInstanceOf(PGliteException.class);
    }
}
