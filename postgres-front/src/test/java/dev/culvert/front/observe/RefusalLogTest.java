package dev.culvert.front.observe;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RefusalLogTest {
    private static final Logger AUDIT = (Logger) LoggerFactory.getLogger(AuditLog.LOGGER);

    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final List<Runnable> later = new ArrayList<>();
    private final RefusalLog log = new RefusalLog("client", later::add);

    @BeforeEach
    void listen() {
        AUDIT.setLevel(Level.INFO);
        AUDIT.setAdditive(false);
        lines.start();
        AUDIT.addAppender(lines);
    }

    @AfterEach
    void stopListening() {
        AUDIT.detachAppender(lines);
        AUDIT.setAdditive(true);
        AUDIT.setLevel(null);
    }

    @Test
    void each_has_a_line_while_there_are_few() {
        refuse(RefusalLog.LINES, "wrong-password");
        tenSecondsPass();
        refuse(1, "wrong-password");

        assertThat(lines.list).hasSize(RefusalLog.LINES + 1);
        assertThat(text(0)).isEqualTo("client refused client=192.0.2.0:5000 reason=wrong-password");
    }

    @Test
    void a_flood_is_counted() {
        refuse(100_000, "limit");

        assertThat(lines.list).hasSize(RefusalLog.LINES);
        tenSecondsPass();
        assertThat(lines.list).hasSize(RefusalLog.LINES + 1);
        assertThat(text(RefusalLog.LINES))
                .isEqualTo(
                        "more clients refused reason=limit count=99980 seconds=10"
                                + " addresses=192.0.2.20 192.0.2.21 192.0.2.22 192.0.2.23"
                                + " 192.0.2.24 192.0.2.25 192.0.2.26 192.0.2.27 192.0.2.28"
                                + " 192.0.2.29");

        refuse(1, "limit");
        assertThat(lines.list).hasSize(RefusalLog.LINES + 2);
    }

    @Test
    void one_reason_does_not_hide_another() {
        refuse(1_000, "limit");
        refuse(1, "wrong-password");

        assertThat(text(RefusalLog.LINES)).contains("reason=wrong-password");
    }

    @Test
    void nothing_is_kept_of_what_is_over() {
        for (int i = 0; i < 5; i++) {
            refuse(1_000, "limit");
            assertThat(later).hasSize(1);
            tenSecondsPass();
        }
        assertThat(later).isEmpty();
        assertThat(lines.list).hasSize(5 * (RefusalLog.LINES + 1));
    }

    private void refuse(int times, String reason) {
        for (int i = 0; i < times; i++) {
            log.add(
                    new InetSocketAddress("192.0.2." + i % 250, 5_000),
                    reason,
                    reason,
                    UnaryOperator.identity());
        }
    }

    private void tenSecondsPass() {
        List<Runnable> due = List.copyOf(later);
        later.clear();
        due.forEach(Runnable::run);
    }

    private String text(int line) {
        ILoggingEvent event = lines.list.get(line);
        StringBuilder text = new StringBuilder(event.getFormattedMessage());
        event.getKeyValuePairs()
                .forEach(pair -> text.append(' ').append(pair.key).append('=').append(pair.value));
        return text.toString();
    }
}
