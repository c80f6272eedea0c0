package dev.culvert.wire.batch;

import static dev.culvert.wire.Bytes.buffer;
import static dev.culvert.wire.Bytes.concat;
import static dev.culvert.wire.Bytes.header;
import static dev.culvert.wire.Bytes.latin1;
import static dev.culvert.wire.Bytes.message;
import static dev.culvert.wire.WireExceptionAssert.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.wire.Segments;
import dev.culvert.wire.message.TransactionStatus;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackendReaderTest {
    private static final byte[] READY = message('Z', "I");
    private static final byte[] ROW = message('D', "\0\1\0\0\0\u00011");
    private static final byte[] COMPLETE = message('C', "SELECT 1\0");
    private static final byte[] ERROR = message('E', "SERROR\0\0");
    private static final byte[] COPY_IN = message('G', "\0\0\1\0\0");
    private static final byte[] COPY_OUT = message('H', "\0\0\1\0\0");

    private final BackendReader reader = new BackendReader();

    @Test
    void startsIdleAtABoundary() {
        assertThat(reader.atMessageBoundary()).isTrue();
        assertThat(reader.transactionStatus()).isEqualTo(TransactionStatus.IDLE);
        assertThat(reader.readyForQueryCount()).isZero();
    }

    @Test
    void countsAnswersAndKeepsTheLastStatus() {
        reader.scan(buffer(ROW, COMPLETE, message('Z', "T"), ERROR, message('Z', "E")));

        assertThat(reader.readyForQueryCount()).isEqualTo(2);
        assertThat(reader.errorCount()).isEqualTo(1);
        assertThat(reader.transactionStatus()).isEqualTo(TransactionStatus.FAILED);
        assertThat(reader.atMessageBoundary()).isTrue();
    }

    @Test
    void doesNotMoveTheReaderIndex() {
        ByteBuf in = buffer(latin1("abc"), READY).skipBytes(3);

        reader.scan(in);

        assertThat(in.readerIndex()).isEqualTo(3);
        assertThat(reader.lastBoundary()).isEqualTo(READY.length);
    }

    @Test
    void knowsWhereTheLastWholeMessageEnded() {
        reader.scan(buffer(ROW, ROW, Arrays.copyOf(ROW, 3)));
        assertThat(reader.lastBoundary()).isEqualTo(2 * ROW.length);
        assertThat(reader.atMessageBoundary()).isFalse();

        reader.scan(buffer(Arrays.copyOfRange(ROW, 3, ROW.length - 1)));
        assertThat(reader.lastBoundary()).isZero();

        reader.scan(buffer(Arrays.copyOfRange(ROW, ROW.length - 1, ROW.length)));
        assertThat(reader.lastBoundary()).isEqualTo(1);
        assertThat(reader.atMessageBoundary()).isTrue();
    }

    @Test
    void countsReadyForQueryWithItsStatusByteAndNotBefore() {
        reader.scan(buffer(Arrays.copyOf(READY, 5)));
        assertThat(reader.readyForQueryCount()).isZero();

        reader.scan(buffer(latin1("T")));
        assertThat(reader.readyForQueryCount()).isEqualTo(1);
        assertThat(reader.transactionStatus()).isEqualTo(TransactionStatus.IN_TRANSACTION);
    }

    @Test
    void seesACopyInUntilItsEnd() {
        reader.scan(buffer(COPY_IN));
        assertThat(reader.isCopyInPending()).isTrue();
        assertThat(reader.copyInCount()).isEqualTo(1);

        reader.scan(buffer(message('C', "COPY 2\0")));
        assertThat(reader.isCopyInPending()).isFalse();
        assertThat(reader.copyInCount()).isEqualTo(1);
    }

    @Test
    void seesACopyInThatFails() {
        reader.scan(buffer(COPY_IN, message('N', "\0")));
        assertThat(reader.isCopyInPending()).isTrue();

        reader.scan(buffer(ERROR));
        assertThat(reader.isCopyInPending()).isFalse();
        assertThat(reader.errorCount()).isEqualTo(1);
    }

    @Test
    void seesACopyOutUntilItsEnd() {
        reader.scan(buffer(COPY_OUT, message('d', "1\n")));
        assertThat(reader.isCopyOutPending()).isTrue();

        reader.scan(buffer(message('c', "")));
        assertThat(reader.isCopyOutPending()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void seesTheSameAtAnySegmentation(long seed) {
        var random = new Random(seed);
        byte[] stream =
                concat(
                        message('S', "a\0b\0"),
                        ROW,
                        message('D', new byte[2000]),
                        COMPLETE,
                        READY,
                        COPY_IN,
                        ERROR,
                        message('Z', "E"),
                        message('I', ""),
                        message('A', "\0\0\0\1c\0p\0"),
                        message('Z', "T"),
                        COPY_IN);
        for (int most : new int[] {1, 2, 3, 5, 8, 100, stream.length}) {
            var cut = new BackendReader();
            Segments.cut(stream, most, random).forEach(piece -> cut.scan(buffer(piece)));
            assertThat(cut.atMessageBoundary()).isTrue();
            assertThat(cut.readyForQueryCount()).isEqualTo(3);
            assertThat(cut.errorCount()).isEqualTo(1);
            assertThat(cut.copyInCount()).isEqualTo(2);
            assertThat(cut.isCopyInPending()).isTrue();
            assertThat(cut.transactionStatus()).isEqualTo(TransactionStatus.IN_TRANSACTION);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 'B', 'Q', 'x', '<', 0x80, 0xFF})
    void refusesAnUnknownType(int type) {
        assertRefused(
                () -> reader.scan(buffer(new byte[] {(byte) type})),
                "08P01",
                "0x%02X".formatted(type));
    }

    @ParameterizedTest
    @CsvSource({"D, 3", "D, 0", "D, -1", "D, 1073741825", "Z, 4", "Z, 6"})
    void refusesAnImpossibleLength(char type, int length) {
        byte[] header = header(type, length);
        assertRefused(
                () -> new BackendReader().scan(buffer(header)),
                "08P01",
                Integer.toUnsignedString(length));
        assertRefused(
                () -> {
                    for (byte b : header) {
                        reader.scan(buffer(new byte[] {b}));
                    }
                },
                "08P01",
                Integer.toUnsignedString(length));
    }

    @Test
    void refusesAnUnknownTransactionStatus() {
        assertRefused(() -> reader.scan(buffer(message('Z', "x"))), "08P01", "0x78");
    }
}
