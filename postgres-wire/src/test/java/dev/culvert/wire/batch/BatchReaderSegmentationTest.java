package dev.culvert.wire.batch;

import static dev.culvert.wire.Bytes.concat;
import static dev.culvert.wire.Bytes.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.wire.Segments;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However the network cuts the stream, the batches are the same. */
class BatchReaderSegmentationTest {
    private static final String BODIED = "QPBECDF";
    private static final String BODILESS = "SH";
    private static final String LEFTOVER = "df";

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void findsTheSameBatchesAtAnySegmentation(long seed) {
        var random = new Random(seed);
        for (int round = 0; round < 60; round++) {
            var expected = new ArrayList<String>();
            byte[] stream = randomStream(random, expected);
            for (int most : new int[] {1, 3, 7, 64, stream.length}) {
                var outcomes = new Outcomes(new BatchReader());
                Segments.cut(stream, most, random).forEach(outcomes::feed);
                assertThat(outcomes.batches).isEqualTo(expected);
                assertThat(outcomes.terminated).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void findsTheSameEndOfACopyAtAnySegmentation(long seed) {
        var random = new Random(seed);
        for (int round = 0; round < 60; round++) {
            byte[] kept = new byte[0];
            byte[] stream = new byte[0];
            for (int n = random.nextInt(10); n > 0; n--) {
                char type = random.nextInt(4) == 0 ? 'S' : 'd';
                byte[] message = message(type, type == 'S' ? new byte[0] : randomBody(random));
                stream = concat(stream, message);
                kept = type == 'S' ? kept : concat(kept, message);
            }
            byte[] done = message('c', "");
            for (byte[] piece : List.of(done, message('S', ""))) {
                stream = concat(stream, piece);
            }
            var reader = new BatchReader();
            reader.enterCopyIn();
            var outcomes = new Outcomes(reader);
            Segments.cut(stream, 9, random).forEach(outcomes::feed);
            assertThat(outcomes.batches)
                    .containsExactly(
                            Outcomes.batch(BatchEnd.COPY_DONE, kept, done),
                            Outcomes.batch(BatchEnd.SYNC, message('S', "")));
        }
    }

    /**
     * Messages of any kind; the model of a batch is that messages gather until one ends it, or
     * until a COPY's message comes after an Execute.
     */
    private static byte[] randomStream(Random random, List<String> expected) {
        byte[] stream = new byte[0];
        byte[] batch = new byte[0];
        boolean executes = false;
        for (int n = 1 + random.nextInt(12); n > 0; n--) {
            String all = BODIED + BODILESS + LEFTOVER;
            char type = all.charAt(random.nextInt(all.length()));
            boolean empty = BODILESS.indexOf(type) >= 0;
            byte[] message = message(type, empty ? new byte[0] : randomBody(random));
            stream = concat(stream, message);
            if (LEFTOVER.indexOf(type) >= 0) {
                if (executes) {
                    expected.add(Outcomes.batch(BatchEnd.FLUSH, batch, Outcomes.FLUSH));
                    batch = new byte[0];
                    executes = false;
                }
                continue;
            }
            batch = concat(batch, message);
            executes |= type == 'E';
            BatchEnd end =
                    switch (type) {
                        case 'Q' -> BatchEnd.QUERY;
                        case 'S' -> BatchEnd.SYNC;
                        case 'H' -> BatchEnd.FLUSH;
                        case 'F' -> BatchEnd.FUNCTION_CALL;
                        default -> null;
                    };
            if (end != null) {
                expected.add(Outcomes.batch(end, batch));
                batch = new byte[0];
                executes = false;
            }
        }
        return concat(stream, message('X', ""));
    }

    private static byte[] randomBody(Random random) {
        var body = new byte[random.nextInt(random.nextInt(5) == 0 ? 300 : 12)];
        random.nextBytes(body);
        return body;
    }
}
