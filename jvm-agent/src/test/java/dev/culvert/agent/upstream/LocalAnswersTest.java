package dev.culvert.agent.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Batches that were cancelled before the server had them. */
class LocalAnswersTest {
    private final LocalAnswers answers = new LocalAnswers();

    /** The types of the answer's messages. */
    private String answer(char last) {
        ByteBuf answer = answers.answer((byte) last);
        StringBuilder types = new StringBuilder();
        while (answer.isReadable()) {
            types.append((char) answer.readByte());
            ByteBuf body = answer.readSlice(answer.readInt() - Integer.BYTES);
            if (types.charAt(types.length() - 1) == 'E') {
                assertThat(body.toString(StandardCharsets.US_ASCII)).contains("C57014\0");
            }
        }
        answer.release();
        return types.toString();
    }

    @Test
    void a_query_is_refused_and_the_session_ready() {
        assertThat(answers.isOn()).isFalse();
        answers.refuse();
        assertThat(answers.isOn()).isTrue();
        assertThat(answer('Q')).isEqualTo("EZ");
        assertThat(answers.isOn()).isFalse();
    }

    @Test
    void behind_a_flush_everything_is_skipped_up_to_a_sync() {
        answers.refuse();
        assertThat(answer('H')).isEqualTo("E");
        assertThat(answer('H')).isEmpty();
        assertThat(answer('Q')).isEmpty();
        assertThat(answers.isOn()).isTrue();
        assertThat(answer('S')).isEqualTo("Z");
        assertThat(answers.isOn()).isFalse();
    }
}
