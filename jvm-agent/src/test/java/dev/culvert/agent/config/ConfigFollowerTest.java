package dev.culvert.agent.config;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.culvert.agent.config.ConfigFollower.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class ConfigFollowerTest {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("CULVERT_POSTGRES_PORT", "0", "CULVERT_HTTPS_PORT", "0");
    private static final Logger LOGGER =
            (Logger) LoggerFactory.getLogger(ConfigFollower.class.getName());

    @TempDir private Path directory;

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final List<LiveConfig> heard = new ArrayList<>();
    private Path file = Path.of("none");
    private ConfigFollower follower;

    @BeforeEach
    void begin() throws IOException {
        file = directory.resolve("relay.yaml");
        write("tunnels: {lifetime: 1h}");
        log.start();
        LOGGER.setLevel(Level.INFO);
        LOGGER.addAppender(log);
        follower =
                new ConfigFollower(
                        ConfigReader.read(file, ENVIRONMENT, Map.of()),
                        () -> ConfigReader.read(file, ENVIRONMENT, Map.of()),
                        ENVIRONMENT);
    }

    @AfterEach
    void end() {
        LOGGER.detachAppender(log);
        LOGGER.setLevel(null);
    }

    @Test
    void nothing_happens_while_the_file_says_the_same_in_other_words() throws Exception {
        write("# an hour\ntunnels:\n  lifetime: 60m\n");

        assertThat(follower.look(heard::add)).isEqualTo(Outcome.SAME);
        assertThat(heard).isEmpty();
        assertThat(said()).isEmpty();
    }

    @Test
    void what_is_live_is_passed_on() throws Exception {
        write("tunnels: {lifetime: 2h}\nconnections: {total: 7}\nlog: {level: debug}");

        assertThat(follower.look(heard::add)).isEqualTo(Outcome.TAKEN);
        assertThat(follower.look(heard::add)).isEqualTo(Outcome.SAME);

        assertThat(heard).containsExactly(follower.current());
        assertThat(follower.current().relay().tunnels().lifetime()).isEqualTo(Duration.ofHours(2));
        assertThat(follower.current().relay().connections().total()).isEqualTo(7);
        assertThat(follower.current().log().level()).isEqualTo(LogSettings.Level.DEBUG);
        assertThat(said())
                .containsExactly(
                        "configuration changed settings=[connections.total, tunnels.lifetime,"
                                + " log.level]");
    }

    @Test
    void what_is_not_is_named_once_and_does_not_keep_the_rest_back() throws Exception {
        write("tunnels: {lifetime: 2h}\npostgres: {loginTimeout: 20}");

        assertThat(follower.look(heard::add)).isEqualTo(Outcome.TAKEN);
        assertThat(follower.look(heard::add)).isEqualTo(Outcome.NOT_TAKEN);

        assertThat(said())
                .containsExactly(
                        "a changed setting takes effect at the next start what=postgres.loginTimeout",
                        "configuration changed settings=[tunnels.lifetime]");
    }

    @Test
    void a_file_that_makes_no_sense_changes_nothing_and_is_explained_once() throws Exception {
        write("log: {level: debug}\ntunnels: {lifetime: soon, windo: 1}");

        assertThat(follower.look(heard::add)).isEqualTo(Outcome.NOT_TAKEN);
        assertThat(follower.look(heard::add)).isEqualTo(Outcome.NOT_TAKEN);

        assertThat(heard).isEmpty();
        assertThat(said())
                .hasSize(2)
                .allMatch(line -> line.startsWith("the changed configuration makes no sense"))
                .anyMatch(line -> line.contains("relay.yaml line 2: tunnels.lifetime: \"soon\""))
                .anyMatch(line -> line.contains("tunnels.windo is no setting"));

        assertThat(follower.lookAnew(heard::add)).isEqualTo(Outcome.NOT_TAKEN);
        assertThat(said()).hasSize(4);

        write("tunnels: {lifetime: 3h}");
        assertThat(follower.look(heard::add)).isEqualTo(Outcome.TAKEN);
    }

    @Test
    void values_that_do_not_go_together_change_nothing() throws Exception {
        write("tunnels: {maxWindow: 1024}");

        assertThat(follower.look(heard::add)).isEqualTo(Outcome.NOT_TAKEN);

        assertThat(heard).isEmpty();
        assertThat(said()).singleElement().asString().contains("tunnels.maxWindow is from");
    }

    @Test
    void a_file_that_is_gone_changes_nothing() throws Exception {
        Files.delete(file);

        assertThat(follower.look(heard::add)).isEqualTo(Outcome.NOT_TAKEN);

        assertThat(said()).singleElement().asString().contains("relay.yaml");
    }

    @Test
    void the_file_of_tokens_is_looked_at_too() throws Exception {
        Path tokens = directory.resolve("tokens.yaml");
        Files.writeString(tokens, "tokens: []\n");
        write("access: {tokens: " + tokens + "}");
        assertThat(follower.look(heard::add)).isEqualTo(Outcome.TAKEN);
        assertThat(follower.current().relay().access().open()).isFalse();

        Files.writeString(
                tokens, "tokens:\n  - {subject: alice, sha256: " + "0".repeat(64) + "}\n");

        assertThat(follower.look(heard::add)).isEqualTo(Outcome.TAKEN);
        assertThat(follower.current().relay().access().tokens()).hasSize(1);
        assertThat(said().getLast()).isEqualTo("configuration changed settings=access.tokens");
    }

    private void write(String text) throws IOException {
        Files.writeString(file, text);
    }

    private List<String> said() {
        return log.list.stream()
                .map(event ->
                        event.getFormattedMessage()
                                + " "
                                + event.getKeyValuePairs().stream()
                                        .map(pair -> pair.key + "=" + pair.value)
                                        .reduce((a, b) -> a + " " + b)
                                        .orElse(""))
                .toList();
    }
}
