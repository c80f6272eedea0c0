package dev.culvert.tunnel.credit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.culvert.tunnel.frame.ProtocolViolationException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReceiveCreditTest {
    @Test
    void needsAWindow() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ReceiveCredit(0));
    }

    @Test
    void takesAWholeWindowAndNotOneByteMore() {
        ReceiveCredit credit = new ReceiveCredit(100);
        credit.received(99);
        credit.received(1);
        credit.received(0);
        assertThatExceptionOfType(ProtocolViolationException.class)
                .isThrownBy(() -> credit.received(1));
    }

    @Test
    void grantsInLumpsOfHalfAWindow() {
        ReceiveCredit credit = new ReceiveCredit(100);
        credit.received(100);
        assertThat(credit.consumed(49)).isZero();
        assertThat(credit.consumed(1)).isEqualTo(50);
        assertThat(credit.consumed(49)).isZero();
        assertThat(credit.unconsumed()).isEqualTo(1);
        assertThat(credit.consumed(1)).isEqualTo(50);
        credit.received(100);
    }

    @Test
    void whatIsNotGrantedYetIsNotCredit() {
        ReceiveCredit credit = new ReceiveCredit(100);
        credit.received(100);
        assertThat(credit.consumed(49)).isZero();
        assertThatExceptionOfType(ProtocolViolationException.class)
                .isThrownBy(() -> credit.received(1));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 11, Integer.MAX_VALUE})
    void nobodyConsumesMoreThanArrived(int bytes) {
        ReceiveCredit credit = new ReceiveCredit(1_000);
        credit.received(30);
        assertThat(credit.consumed(20)).isZero();
        assertThatIllegalStateException().isThrownBy(() -> credit.consumed(bytes));
        assertThat(credit.unconsumed()).isEqualTo(10);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 1_000, 32_768, Integer.MAX_VALUE})
    void aSenderThatUsesEveryGrantNeverStalls(int window) {
        Random random = new Random(window);
        ReceiveCredit receiver = new ReceiveCredit(window);
        SendCredit sender = new SendCredit(window);
        for (int round = 0; round < 1_000; round++) {
            int bytes = (int) random.nextLong(1, sender.available() + 1L);
            sender.take(bytes);
            receiver.received(bytes);
            int now = (int) random.nextLong(0, receiver.unconsumed() + 1L);
            grant(sender, receiver.consumed(now));
            if (sender.available() == 0) {
                grant(sender, receiver.consumed(receiver.unconsumed()));
            }
            assertThat(sender.available()).isBetween(1, window);
        }
    }

    private static void grant(SendCredit sender, int bytes) {
        if (bytes > 0) {
            sender.grant(bytes);
        }
    }
}
