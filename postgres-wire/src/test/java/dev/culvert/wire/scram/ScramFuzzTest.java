package dev.culvert.wire.scram;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.culvert.wire.error.WireException;
import java.util.Arrays;

/**
 * Any bytes may come as SCRAM messages: an input is the first message, a NUL, and the last one. A
 * normal test run replays the inputs kept under the resources.
 */
class ScramFuzzTest {
    private static final ChannelBinding BINDING =
            new ChannelBinding.TlsServerEndPoint(new byte[32]);
    private static final ScramVerifier VERIFIER = MockVerifier.forUser(new byte[] {1}, "nobody", 1);

    @FuzzTest(maxDuration = "30s")
    void letsNobodyInWithoutThePassword(byte[] bytes) {
        int cut = 0;
        while (cut < bytes.length && bytes[cut] != 0) {
            cut++;
        }
        byte[] first = Arrays.copyOf(bytes, cut);
        byte[] last = Arrays.copyOfRange(bytes, Math.min(cut + 1, bytes.length), bytes.length);
        attempt(ScramExchange.SCRAM_SHA_256, first, last, ChannelBinding.none());
        attempt(ScramExchange.SCRAM_SHA_256, first, last, BINDING);
        attempt(ScramExchange.SCRAM_SHA_256_PLUS, first, last, BINDING);
    }

    private static void attempt(
            String mechanism, byte[] first, byte[] last, ChannelBinding binding) {
        try {
            ScramExchange.Outcome outcome =
                    ScramExchange.begin(
                                    mechanism,
                                    first,
                                    VERIFIER,
                                    binding,
                                    binding.isAvailable(),
                                    () -> "nonce")
                            .finish(last);
            assertThat(outcome).isInstanceOf(ScramExchange.Rejected.class);
        } catch (WireException e) {
            assertThat(e.response().hint()).isNotBlank();
        }
    }
}
