package dev.culvert.agent.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Where answers end. */
class AnswerTrackerTest {
    private final AnswerTracker tracker = new AnswerTracker();

    /** Sends a batch; whether it is answered with that. */
    private boolean send(String messages) {
        tracker.begin();
        messages.chars().forEach(type -> tracker.onFrontend((byte) type));
        return tracker.onSent();
    }

    /** At which of these messages answers end, as a text of dots and bars. */
    private String hear(String messages) {
        StringBuilder ends = new StringBuilder();
        for (int i = 0; i < messages.length(); i++) {
            byte type = (byte) messages.charAt(i);
            ends.append(tracker.onBackend(type, (byte) 'I') ? '|' : '.');
        }
        return ends.toString();
    }

    @Test
    void a_query_is_answered_with_ready_for_query() {
        assertThat(send("Q")).isFalse();
        assertThat(tracker.isSent()).isTrue();
        assertThat(hear("TDDCTDCZ")).isEqualTo(".......|");
        assertThat(tracker.isIdle()).isTrue();
    }

    @Test
    void a_flush_is_answered_when_each_message_is() {
        assertThat(send("PBDEH")).isFalse();
        assertThat(hear("12TDDDC")).isEqualTo("......|");
        assertThat(send("S")).isFalse();
        assertThat(hear("Z")).isEqualTo("|");
    }

    @Test
    void a_flush_of_nothing_is_answered_at_once() {
        assertThat(send("H")).isTrue();
    }

    @Test
    void every_kind_of_answer_counts() {
        assertThat(send("PDBDEECH")).isFalse();
        // ParseComplete, parameters, rows; BindComplete, NoData; suspended, empty, CloseComplete
        assertThat(hear("1tT2nDsI3")).isEqualTo("........|");
    }

    @Test
    void behind_an_error_nothing_is_answered_up_to_a_sync() {
        assertThat(send("PBEH")).isFalse();
        assertThat(hear("1E")).isEqualTo(".|");
        assertThat(tracker.isIdle()).isFalse();
        assertThat(send("BEH")).isTrue();
        assertThat(send("S")).isFalse();
        assertThat(hear("Z")).isEqualTo("|");
        assertThat(send("PH")).isFalse();
        assertThat(hear("1")).isEqualTo("|");
    }

    @Test
    void the_answer_may_come_before_the_batch_has_gone_whole() {
        tracker.begin();
        tracker.onFrontend((byte) 'P');
        assertThat(hear("E")).isEqualTo(".");
        tracker.onFrontend((byte) 'H');
        assertThat(tracker.isSent()).isFalse();
        assertThat(tracker.onSent()).isTrue();
    }

    @Test
    void what_comes_of_itself_ends_no_answer() {
        assertThat(hear("NAS")).isEqualTo("...");
        send("Q");
        assertThat(hear("NASCZ")).isEqualTo("....|");
    }

    @Test
    void a_copy_in_of_a_query_is_two_answers() {
        send("Q");
        assertThat(hear("G")).isEqualTo("|");
        assertThat(tracker.isCopyIn()).isTrue();
        assertThat(send("ddc")).isFalse();
        assertThat(hear("CZ")).isEqualTo(".|");
        assertThat(tracker.isCopyIn()).isFalse();
    }

    @Test
    void a_copy_in_of_an_execute_ends_without_ready_for_query() {
        send("PBES");
        assertThat(hear("12G")).isEqualTo("..|");
        assertThat(send("dc")).isFalse();
        assertThat(hear("C")).isEqualTo("|");
        assertThat(send("S")).isFalse();
        assertThat(hear("Z")).isEqualTo("|");
    }

    @Test
    void a_copy_in_that_fails_is_answered_before_its_data_is_complete() {
        send("Q");
        assertThat(hear("G")).isEqualTo("|");
        tracker.begin();
        tracker.onFrontend((byte) 'd');
        assertThat(hear("EZ")).isEqualTo(".|");

        send("PBEH");
        assertThat(hear("12G")).isEqualTo("..|");
        assertThat(hear("E")).isEqualTo("|");
        assertThat(send("BH")).isTrue();
        assertThat(send("S")).isFalse();
        assertThat(hear("Z")).isEqualTo("|");
    }

    @Test
    void a_copy_out_is_one_answer() {
        send("Q");
        assertThat(hear("HddddcCZ")).isEqualTo(".......|");
        send("PBEH");
        assertThat(hear("12HddcC")).isEqualTo("......|");
    }

    @Test
    void a_transaction_is_not_idle() {
        send("Q");
        assertThat(tracker.onBackend((byte) 'Z', (byte) 'T')).isTrue();
        assertThat(tracker.isIdle()).isFalse();
    }
}
