package dev.culvert.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.culvert.agent.config.ConfigException;
import dev.culvert.agent.config.LogSettings;
import dev.culvert.agent.config.LogSettings.LoggerLevel;
import dev.culvert.front.observe.AuditLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class LoggingTest {
    private static final int MAX_BYTES = 64 * 1_024;
    private static final Logger AUDIT = (Logger) LoggerFactory.getLogger(AuditLog.LOGGER);
    private static final Logger ROOT =
            (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private static final Logger CULVERT = (Logger) LoggerFactory.getLogger("dev.culvert");

    @TempDir private Path directory;

    @AfterEach
    void detach() {
        AUDIT.detachAndStopAllAppenders();
        AUDIT.setLevel(null);
        AUDIT.setAdditive(true);
        CULVERT.setLevel(null);
    }

    @Test
    void the_audits_files_are_bounded_in_size_and_number() {
        Path file = directory.resolve("audit.json");
        Logging.apply(settings(file));

        await().until(() -> {
            for (int i = 0; i < 100; i++) {
                AUDIT.atInfo().addKeyValue("filler", "x".repeat(1_000)).log("event");
            }
            return Files.exists(directory.resolve("audit.json.2")) && writtenSince(file);
        });

        assertThat(files()).isEqualTo(3);
    }

    /** One more has been begun after the last that is kept was full. */
    private boolean writtenSince(Path file) throws IOException {
        return Files.exists(file) && Files.size(directory.resolve("audit.json.1")) >= MAX_BYTES;
    }

    @Test
    void the_audit_has_what_standard_error_has_not() throws Exception {
        Path file = directory.resolve("audit.json");
        Logging.apply(settings(file));

        AUDIT.atInfo().addKeyValue("tunnel", "abc123").log("tunnel opened");
        AUDIT.atDebug().log("not for an audit");

        await().until(() -> Files.size(file) > 0);
        assertThat(Files.readAllLines(file))
                .singleElement()
                .asString()
                .contains("\"tunnel opened\"", "\"abc123\"");
        assertThat(AUDIT.isAdditive()).isFalse();
    }

    @Test
    void a_file_that_cannot_be_written_is_refused() throws Exception {
        Path file = Files.createDirectory(directory.resolve("folder"));

        assertThatThrownBy(() -> Logging.apply(settings(file)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("audit.file cannot be written");
    }

    @Test
    void loggers_have_levels_of_their_own_until_they_have_not() {
        Logger netty = (Logger) LoggerFactory.getLogger("io.netty.channel");
        Logger session = (Logger) LoggerFactory.getLogger("dev.culvert.front.session");

        Logging.apply(
                settings(
                        new LoggerLevel("io.netty", LogSettings.Level.DEBUG),
                        new LoggerLevel("dev.culvert.front", LogSettings.Level.TRACE)));
        assertThat(netty.getEffectiveLevel()).isEqualTo(Level.DEBUG);
        assertThat(session.getEffectiveLevel()).isEqualTo(Level.TRACE);
        assertThat(CULVERT.getEffectiveLevel()).isEqualTo(Level.WARN);

        Logging.apply(settings());
        assertThat(netty.getEffectiveLevel()).isEqualTo(ROOT.getLevel());
        assertThat(session.getEffectiveLevel()).isEqualTo(Level.WARN);
    }

    @Test
    void a_line_of_json_has_its_pairs_as_fields() throws Exception {
        Path file = directory.resolve("audit.json");
        Logging.apply(settings(file));

        AUDIT.atInfo()
                .addKeyValue("tunnel", "a\"b\n")
                .addKeyValue("sessions", 7L)
                .addKeyValue("message", "another")
                .setCause(new IOException("broken"))
                .log("tunnel ended");

        await().until(() -> Files.size(file) > 0);
        JsonNode line = new JsonMapper().readTree(Files.readAllLines(file).getFirst());
        assertThat(line.path("message").asText()).isEqualTo("tunnel ended");
        assertThat(line.path("message_").asText()).isEqualTo("another");
        assertThat(line.path("tunnel").asText()).isEqualTo("a\"b\n");
        assertThat(line.path("sessions").isNumber()).isTrue();
        assertThat(line.path("level").asText()).isEqualTo("INFO");
        assertThat(line.path("logger").asText()).isEqualTo(AuditLog.LOGGER);
        assertThat(Instant.parse(line.path("time").asText()))
                .isCloseTo(Instant.now(), within(1, ChronoUnit.MINUTES));
        assertThat(line.path("exception").asText()).contains("IOException: broken");
    }

    private static LogSettings settings(LoggerLevel... levels) {
        return new LogSettings(
                LogSettings.Level.WARN,
                List.of(levels),
                LogSettings.Format.HUMAN,
                Optional.empty());
    }

    private long files() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.count();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static LogSettings settings(Path audit) {
        return new LogSettings(
                LogSettings.Level.WARN,
                List.of(),
                LogSettings.Format.HUMAN,
                Optional.of(new LogSettings.AuditFile(audit, MAX_BYTES, 2)));
    }
}
