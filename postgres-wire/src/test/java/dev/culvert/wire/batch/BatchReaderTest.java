package dev.culvert.wire.batch;

import static dev.culvert.wire.Bytes.buffer;
import static dev.culvert.wire.Bytes.concat;
import static dev.culvert.wire.Bytes.header;
import static dev.culvert.wire.Bytes.latin1;
import static dev.culvert.wire.Bytes.message;
import static dev.culvert.wire.WireExceptionAssert.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchReaderTest {
    private static final byte[] QUERY = message('Q', "select 1\0");
    private static final byte[] PARSE = message('P', "s\0select $1\0\0\0");
    private static final byte[] BIND = message('B', "\0s\0\0\0\0\0\0\0");
    private static final byte[] EXECUTE = message('E', "\0\0\0\0\0");
    private static final byte[] SYNC = message('S', "");
    private static final byte[] FLUSH = message('H', "");
    private static final byte[] CALL = message('F', "12345678");
    private static final byte[] COPY_DATA = message('d', "1\t2\n");
    private static final byte[] COPY_DONE = message('c', "");
    private static final byte[] COPY_FAIL = message('f', "no\0");
    private static final byte[] TERMINATE = message('X', "");

    private final BatchReader reader = new BatchReader();
    private final Outcomes outcomes = new Outcomes(reader);

    @Test
    void endsABatchAtEachMessageThatTheBackendAnswers() {
        outcomes.feed(concat(QUERY, PARSE, FLUSH, BIND, EXECUTE, SYNC, CALL));

        assertThat(outcomes.batches)
                .containsExactly(
                        Outcomes.batch(BatchEnd.QUERY, QUERY),
                        Outcomes.batch(BatchEnd.FLUSH, PARSE, FLUSH),
                        Outcomes.batch(BatchEnd.SYNC, BIND, EXECUTE, SYNC),
                        Outcomes.batch(BatchEnd.FUNCTION_CALL, CALL));
        assertThat(reader.isInsideBatch()).isFalse();
    }

    @Test
    void forwardsTheStartOfABatchBeforeItsEndIsThere() {
        Progress progress = scan(buffer(PARSE, BIND));

        assertThat(progress).isEqualTo(Progress.PARTIAL);
        assertThat(reader.forwardable()).isEqualTo(PARSE.length + BIND.length);
        assertThat(reader.isInsideBatch()).isTrue();
        assertThatThrownBy(reader::batchEnd).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void forwardsPartOfABody() {
        Progress progress = scan(buffer(Arrays.copyOf(QUERY, 8)));

        assertThat(progress).isEqualTo(Progress.PARTIAL);
        assertThat(reader.forwardable()).isEqualTo(8);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void keepsAHeaderThatIsNotComplete(int known) {
        ByteBuf in = buffer(PARSE, Arrays.copyOf(SYNC, known));

        assertThat(scan(in)).isEqualTo(Progress.NEEDS_HEADER);
        assertThat(reader.forwardable()).isEqualTo(PARSE.length);
    }

    @Test
    void hasNothingToSayAboutNothing() {
        assertThat(scan(buffer())).isEqualTo(Progress.PARTIAL);
        assertThat(reader.forwardable()).isZero();
        assertThat(reader.isInsideBatch()).isFalse();
    }

    @Test
    void walksFromTheReaderIndex() {
        ByteBuf in = buffer(latin1("????"), SYNC).skipBytes(4);

        assertThat(scan(in)).isEqualTo(Progress.END_OF_BATCH);
        assertThat(reader.forwardable()).isEqualTo(5);
        assertThat(in.readerIndex()).isEqualTo(4);
    }

    @Test
    void withholdsTerminate() {
        outcomes.feed(concat(QUERY, PARSE, TERMINATE, latin1("whatever")));

        assertThat(outcomes.terminated).isTrue();
        assertThat(outcomes.batches).containsExactly(Outcomes.batch(BatchEnd.QUERY, QUERY));
        assertThat(outcomes.kept()).isEqualTo(8);
    }

    @Test
    void passesCopyDataUpToItsEndDuringCopy() {
        reader.enterCopyIn();

        outcomes.feed(concat(COPY_DATA, COPY_DATA, COPY_DONE, SYNC));

        assertThat(outcomes.batches)
                .containsExactly(
                        Outcomes.batch(BatchEnd.COPY_DONE, COPY_DATA, COPY_DATA, COPY_DONE),
                        Outcomes.batch(BatchEnd.SYNC, SYNC));
        assertThat(reader.isCopyIn()).isFalse();
    }

    @Test
    void endsACopyThatTheClientGivesUp() {
        reader.enterCopyIn();

        outcomes.feed(concat(COPY_DATA, COPY_FAIL, QUERY));

        assertThat(outcomes.batches)
                .containsExactly(
                        Outcomes.batch(BatchEnd.COPY_FAIL, COPY_DATA, COPY_FAIL),
                        Outcomes.batch(BatchEnd.QUERY, QUERY));
    }

    @Test
    void ignoresFlushAndSyncDuringCopy() {
        reader.enterCopyIn();

        outcomes.feed(concat(SYNC, COPY_DATA, FLUSH, SYNC, COPY_DATA, COPY_DONE));

        assertThat(outcomes.batches)
                .containsExactly(
                        Outcomes.batch(BatchEnd.COPY_DONE, COPY_DATA, COPY_DATA, COPY_DONE));
    }

    @Test
    void dropsWhatIsLeftOfACopyThatFailed() {
        reader.enterCopyIn();
        outcomes.feed(COPY_DATA);
        reader.leaveCopyIn();

        outcomes.feed(concat(COPY_DATA, COPY_DATA, COPY_DONE, COPY_FAIL, QUERY));

        assertThat(outcomes.batches)
                .containsExactly(Outcomes.batch(BatchEnd.QUERY, COPY_DATA, QUERY));
    }

    @Test
    void dropsTheRestOfAMessageThatBeganBeforeTheCopyFailed() {
        reader.enterCopyIn();
        outcomes.feed(Arrays.copyOf(COPY_DATA, 7));
        reader.leaveCopyIn();
        assertThat(reader.isInsideBatch()).isFalse();

        outcomes.feed(concat(Arrays.copyOfRange(COPY_DATA, 7, COPY_DATA.length), COPY_DONE));

        assertThat(outcomes.batches).isEmpty();
        assertThat(outcomes.unfinished())
                .isEqualTo(java.util.HexFormat.of().formatHex(Arrays.copyOf(COPY_DATA, 7)));
    }

    @Test
    void leavesACopyInTheMiddleOfItsLastMessage() {
        reader.enterCopyIn();
        outcomes.feed(Arrays.copyOf(COPY_FAIL, 6));
        reader.leaveCopyIn();

        assertThat(scan(buffer(Arrays.copyOfRange(COPY_FAIL, 6, COPY_FAIL.length))))
                .isEqualTo(Progress.DISCARD);
        assertThat(scan(buffer(SYNC))).isEqualTo(Progress.END_OF_BATCH);
    }

    @ParameterizedTest
    @ValueSource(strings = {"d", "c", "f"})
    void holdsCopyMessagesWhileAnAnswerIsOutstanding(String type) {
        assertThat(reader.scan(buffer(latin1(type)), true)).isEqualTo(Progress.UNDECIDED);
        assertThat(reader.forwardable()).isZero();
        assertThat(reader.isInsideBatch()).isFalse();

        assertThat(scan(buffer(latin1(type)))).isEqualTo(Progress.NEEDS_HEADER);
        reader.enterCopyIn();
        assertThat(reader.scan(buffer(latin1(type)), true)).isEqualTo(Progress.NEEDS_HEADER);
    }

    @Test
    void asksForTheAnswerToAnExecuteThatCopyDataFollows() {
        assertThat(scan(buffer(BIND, EXECUTE, COPY_DATA))).isEqualTo(Progress.UNDECIDED);
        assertThat(reader.forwardable()).isEqualTo(BIND.length + EXECUTE.length);
        assertThat(reader.isInsideBatch()).isTrue();

        reader.endWithFlush();

        assertThat(reader.isInsideBatch()).isFalse();
        assertThat(scan(buffer(COPY_DATA))).isEqualTo(Progress.DISCARD);
    }

    @Test
    void saysWhatToForwardBeforeWhatToDrop() {
        ByteBuf in = buffer(PARSE, COPY_DATA, SYNC);

        assertThat(scan(in)).isEqualTo(Progress.DISCARD);
        assertThat(reader.forwardable()).isEqualTo(PARSE.length);
        assertThat(reader.discardable()).isEqualTo(COPY_DATA.length);
    }

    @Test
    void waitsForTheRestOfWhatToDrop() {
        assertThat(scan(buffer(Arrays.copyOf(COPY_DATA, 6)))).isEqualTo(Progress.DISCARD);
        assertThat(reader.discardable()).isEqualTo(6);

        assertThat(scan(buffer())).isEqualTo(Progress.PARTIAL);
        assertThat(reader.discardable()).isZero();
        assertThat(scan(buffer(new byte[3]))).isEqualTo(Progress.DISCARD);
        assertThat(scan(buffer(QUERY))).isEqualTo(Progress.END_OF_BATCH);
    }

    @Test
    void acceptsTerminateDuringCopy() {
        reader.enterCopyIn();

        assertThat(scan(buffer(TERMINATE))).isEqualTo(Progress.TERMINATE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Q", "P", "B", "E", "D", "C", "F"})
    void refusesStatementsDuringCopy(String type) {
        reader.enterCopyIn();

        assertRefused(() -> scan(buffer(latin1(type))), "08P01", "during COPY from stdin");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 'A', 'G', 'R', 'Z', 'a', 'z', '!', 0x16, 0x7F, 0x80, 0xFF})
    void refusesAnUnknownTypeByItsFirstByte(int type) {
        assertRefused(
                () -> scan(buffer(new byte[] {(byte) type})), "08P01", "0x%02X".formatted(type));
    }

    @Test
    void refusesAPasswordAfterLogin() {
        assertRefused(() -> scan(buffer(message('p', "x"))), "08P01", "password");
    }

    @ParameterizedTest
    @CsvSource({
        "S, 5",
        "S, 3",
        "S, 0",
        "H, 5",
        "X, 5",
        "c, 5",
        "Q, 3",
        "Q, 0",
        "Q, -1",
        "Q, 1073741823",
        "P, 1073741823",
        "B, 1073741823",
        "F, 1073741823",
        "d, 1073741823",
        "D, 10001",
        "E, 10001",
        "C, 10001",
        "f, 10001",
        "Q, 2147483647",
        "Q, -2147483648"
    })
    void refusesAnImpossibleLengthByTheHeader(char type, int length) {
        assertRefused(
                () -> scan(buffer(header(type, length))),
                "08P01",
                "invalid length " + Integer.toUnsignedString(length));
    }

    @ParameterizedTest
    @CsvSource({
        "Q, 1073741822",
        "P, 1073741822",
        "B, 1073741822",
        "F, 1073741822",
        "D, 10000",
        "E, 10000",
        "C, 10000",
        "Q, 4"
    })
    void acceptsEveryLengthThatPostgresAccepts(char type, int length) {
        scan(buffer(header(type, length)));

        assertThat(reader.forwardable()).isEqualTo(5);
    }

    @Test
    void countsThroughTheLargestMessage() {
        scan(buffer(header('Q', 0x3fff_fffe)));
        ByteBuf piece = buffer(new byte[1 << 20]);
        long left = 0x3fff_fffeL - 4;
        while (left > piece.readableBytes()) {
            assertThat(scan(piece)).isEqualTo(Progress.PARTIAL);
            left -= piece.readableBytes();
        }

        assertThat(scan(piece)).isEqualTo(Progress.END_OF_BATCH);
        assertThat(reader.forwardable()).isEqualTo((int) left);
    }

    private Progress scan(ByteBuf in) {
        return reader.scan(in, false);
    }
}
