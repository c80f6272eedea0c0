package dev.culvert.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.error.SqlState;
import dev.culvert.wire.message.BackendMessages;
import dev.culvert.wire.message.TransactionStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerScannerTest {
    private final AnswerScanner scanner = new AnswerScanner();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 11, 64, 10_000})
    void drops_notifications_and_reads_tags_however_the_answer_is_cut(int size) {
        ByteBuf answer = answer(true);
        ByteBuf expected = answer(false);
        scanner.begin(false, false);

        assertThat(scanned(answer, size)).isEqualTo(ByteBufUtil.getBytes(expected));
        assertThat(scanner.status()).isEqualTo(TransactionStatus.IN_TRANSACTION);
        assertThat(scanner.completed("DISCARD ALL")).isTrue();
        assertThat(scanner.completed("SELECT 2")).isFalse();
        assertThat(scanner.sawError()).isFalse();
    }

    @Test
    void passes_notifications_from_LISTEN_on() {
        ByteBuf answer = Unpooled.buffer();
        notification(answer, "early", "");
        int dropped = answer.readableBytes();
        BackendMessages.commandComplete(answer, "LISTEN");
        notification(answer, "news", "late");
        scanner.begin(false, false);

        assertThat(scanned(answer, 7)).hasSize(answer.writerIndex() - dropped);
    }

    @Test
    void a_cancelled_batch_is_answered_from_its_error_on() {
        ByteBuf error = Unpooled.buffer();
        ErrorResponse.error(SqlState.QUERY_CANCELED, "cancelled").writeTo(error);
        BackendMessages.readyForQuery(error, TransactionStatus.IDLE);
        ByteBuf answer =
                Unpooled.wrappedBuffer(
                        new byte[] {'1', 0, 0, 0, 4, '2', 0, 0, 0, 4}, ByteBufUtil.getBytes(error));
        scanner.begin(false, true);

        assertThat(scanned(answer, 9)).isEqualTo(ByteBufUtil.getBytes(error));
        assertThat(scanner.sawError()).isTrue();
    }

    private static ByteBuf answer(boolean withNotifications) {
        ByteBuf out = Unpooled.buffer();
        row(out, "x".repeat(300));
        if (withNotifications) {
            notification(out, "news", "p".repeat(200));
        }
        row(out, "");
        BackendMessages.commandComplete(out, "SELECT 2");
        BackendMessages.commandComplete(out, "DISCARD ALL");
        if (withNotifications) {
            notification(out, "a", "");
        }
        BackendMessages.readyForQuery(out, TransactionStatus.IN_TRANSACTION);
        return out;
    }

    private byte[] scanned(ByteBuf answer, int size) {
        byte[] bytes = ByteBufUtil.getBytes(answer);
        ByteBuf out = Unpooled.buffer();
        for (int at = 0; at < bytes.length; at += size) {
            scanner.scan(bytes, at, Math.min(size, bytes.length - at), out);
        }
        return ByteBufUtil.getBytes(out);
    }

    private static void row(ByteBuf out, String value) {
        out.writeByte('D').writeInt(Integer.BYTES + 2 + Integer.BYTES + value.length());
        out.writeShort(1).writeInt(value.length());
        out.writeCharSequence(value, StandardCharsets.US_ASCII);
    }

    private static void notification(ByteBuf out, String channel, String payload) {
        out.writeByte('A').writeInt(Integer.BYTES * 2 + channel.length() + payload.length() + 2);
        out.writeInt(42);
        out.writeCharSequence(channel + '\0' + payload + '\0', StandardCharsets.US_ASCII);
    }
}
