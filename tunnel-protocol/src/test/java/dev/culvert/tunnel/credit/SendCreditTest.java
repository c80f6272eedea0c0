package dev.culvert.tunnel.credit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.culvert.tunnel.frame.ProtocolViolationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SendCreditTest {
    @Test
    void startsWithTheWindow() {
        assertThat(new SendCredit(100).available()).isEqualTo(100);
        assertThat(new SendCredit(0).available()).isZero();
        assertThatIllegalArgumentException().isThrownBy(() -> new SendCredit(-1));
    }

    @Test
    void fallsWithWhatIsSentAndRisesWithWhatIsGranted() {
        SendCredit credit = new SendCredit(100);
        credit.take(60);
        credit.take(0);
        credit.take(40);
        assertThat(credit.available()).isZero();
        credit.grant(7);
        assertThat(credit.available()).isEqualTo(7);
    }

    @Test
    void nobodySendsMoreThanThereIs() {
        SendCredit credit = new SendCredit(100);
        assertThatIllegalStateException().isThrownBy(() -> credit.take(101));
        assertThatIllegalStateException().isThrownBy(() -> credit.take(-1));
        assertThat(credit.available()).isEqualTo(100);
    }

    @Test
    void mayReachTheLargestSumAndNotPassIt() {
        SendCredit credit = new SendCredit(100);
        credit.grant(Integer.MAX_VALUE - 100);
        assertThat(credit.available()).isEqualTo(Integer.MAX_VALUE);
        assertThatExceptionOfType(ProtocolViolationException.class)
                .isThrownBy(() -> credit.grant(1));
        assertThat(credit.available()).isEqualTo(Integer.MAX_VALUE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void aGrantIsPositive(int bytes) {
        SendCredit credit = new SendCredit(100);
        assertThatExceptionOfType(ProtocolViolationException.class)
                .isThrownBy(() -> credit.grant(bytes));
    }
}
