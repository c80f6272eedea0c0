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
        assertThatIllegalArgumentException().isThrownBy(() -> WindowLimits.fixed(0));
    }

    @Test
    void takesAWholeWindowAndNotOneByteMore() {
        ReceiveCredit credit = fixed(100);
        credit.received(99);
        credit.received(1);
        credit.received(0);
        assertThatExceptionOfType(ProtocolViolationException.class)
                .isThrownBy(() -> credit.received(1));
    }

    @Test
    void grantsInLumpsOfAQuarterOfTheWindow() {
        ReceiveCredit credit = fixed(100);
        credit.received(100);
        assertThat(credit.consumed(24)).isZero();
        assertThat(credit.consumed(1)).isEqualTo(25);
        assertThat(credit.consumed(24)).isZero();
        assertThat(credit.unconsumed()).isEqualTo(51);
        assertThat(credit.consumed(51)).isEqualTo(75);
        credit.received(100);
    }

    @Test
    void whatIsNotGrantedYetIsNotCredit() {
        ReceiveCredit credit = fixed(100);
        credit.received(100);
        assertThat(credit.consumed(24)).isZero();
        assertThatExceptionOfType(ProtocolViolationException.class)
                .isThrownBy(() -> credit.received(1));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 11, Integer.MAX_VALUE})
    void nobodyConsumesMoreThanArrived(int bytes) {
        ReceiveCredit credit = fixed(1_000);
        credit.received(30);
        assertThat(credit.consumed(20)).isZero();
        assertThatIllegalStateException().isThrownBy(() -> credit.consumed(bytes));
        assertThat(credit.unconsumed()).isEqualTo(10);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 1_000, 32_768, Integer.MAX_VALUE})
    void aSenderThatUsesEveryGrantNeverStalls(int window) {
        Random random = new Random(window);
        ReceiveCredit receiver = fixed(window);
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

    private static ReceiveCredit fixed(int window) {
        return new ReceiveCredit(
                new WindowBudget(WindowLimits.fixed(window)),
                new RoundTrip(() -> 0, _ -> {}),
                () -> 0);
    }

    private static void grant(SendCredit sender, int bytes) {
        if (bytes > 0) {
            sender.grant(bytes);
        }
    }
}
