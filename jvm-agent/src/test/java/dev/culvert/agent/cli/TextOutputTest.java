package dev.culvert.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.agent.ClientInfo;
import dev.culvert.agent.ShareState;
import dev.culvert.agent.run.Activity;
import dev.culvert.wire.message.TransactionStatus;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TextOutputTest {
    private static final Activity IDLE = new Activity(0, false, TransactionStatus.IDLE, 0, 0, 0);
    private static final Activity BUSY =
            new Activity(1, true, TransactionStatus.FAILED, 12, 999, 1_234_567);

    private final StringWriter text = new StringWriter();

    private TextOutput output(boolean terminal) {
        return new TextOutput(new PrintWriter(text), terminal);
    }

    @Test
    void the_line_that_lives_says_who_does_what() {
        assertThat(TextOutput.status(new ShareState.Live(), IDLE))
                .isEqualTo("live · 0 clients · 0 statements · 0 bytes in, 0 bytes out");
        assertThat(TextOutput.status(new ShareState.Resuming(Instant.EPOCH, 3), BUSY))
                .isEqualTo(
                        "resuming (attempt 3) · 1 client, running in a failed transaction"
                                + " · 12 statements · 999 bytes in, 1.2 MB out");
    }

    @Test
    void other_lines_stand_above_it() {
        TextOutput output = output(true);
        output.activity(new ShareState.Live(), IDLE);
        output.onClientConnected(
                new ClientInfo("s", "192.0.2.7", 5, "anna", "postgres", "ps\u001b[2Jql"));
        output.close();
        String status = TextOutput.status(new ShareState.Live(), IDLE);
        assertThat(text.toString())
                .startsWith("\r\u001b[K" + status + "\r\u001b[K")
                .contains("ps?[2Jql (user anna) connected from 192.0.2.7:5\n" + status)
                .endsWith("\r\u001b[K");
    }

    @Test
    void without_a_terminal_no_line_is_written_over() {
        TextOutput output = output(false);
        output.activity(new ShareState.Live(), IDLE);
        output.failed("no");
        output.close();
        assertThat(text.toString()).endsWith("  no\n").doesNotContain("\u001b");
    }
}
