package dev.culvert.wire.batch;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.culvert.wire.Segments;
import dev.culvert.wire.error.WireException;
import io.netty.buffer.Unpooled;
import java.util.Random;

/**
 * Any bytes may follow login, cut in any way; the first byte of an input chooses the cuts. A normal
 * test run replays the inputs kept under the resources.
 */
class BatchFuzzTest {

    @FuzzTest(maxDuration = "30s")
    void findsTheSameBatchesInAnyClientBytes(byte[] bytes) {
        byte[] pieces = bytes.length == 0 ? new byte[1] : bytes;
        String whole = batches(bytes, bytes.length + 1, 0);
        String cut = batches(bytes, 1 + (pieces[0] & 0x0F), pieces[0]);
        assertThat(cut).isEqualTo(whole);
    }

    @FuzzTest(maxDuration = "30s")
    void seesTheSameInAnyBackendBytes(byte[] bytes) {
        byte[] pieces = bytes.length == 0 ? new byte[1] : bytes;
        String whole = seen(bytes, bytes.length + 1, 0);
        String cut = seen(bytes, 1 + (pieces[0] & 0x0F), pieces[0]);
        assertThat(cut).isEqualTo(whole);
    }

    private static String batches(byte[] bytes, int most, long seed) {
        var reader = new BatchReader();
        if ((bytes.length & 1) == 1) {
            reader.enterCopyIn();
        }
        var outcomes = new Outcomes(reader);
        try {
            for (byte[] piece : Segments.cut(bytes, most, new Random(seed))) {
                outcomes.feed(piece);
                if (outcomes.terminated) {
                    break;
                }
            }
        } catch (WireException e) {
            return outcomes.batches + " then " + e.getMessage();
        }
        return outcomes.batches + " then " + outcomes.unfinished();
    }

    private static String seen(byte[] bytes, int most, long seed) {
        var reader = new BackendReader();
        String refusal = "";
        try {
            for (byte[] piece : Segments.cut(bytes, most, new Random(seed))) {
                reader.scan(Unpooled.wrappedBuffer(piece));
            }
        } catch (WireException e) {
            refusal = e.getMessage();
        }
        return "%d %d %d %s %s"
                .formatted(
                        reader.readyForQueryCount(),
                        reader.errorCount(),
                        reader.copyInCount(),
                        reader.transactionStatus(),
                        refusal);
    }
}
