package dev.culvert.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.culvert.relay.admin.ConfigLine;
import dev.culvert.relay.config.AdminSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;

/** The section for operators. */
class AdminConfigTest {
    private static final String TOKEN = "0123456789abcdef";
    private static final Map<String, String> WITH_TOKEN = Map.of("CULVERT_ADMIN_TOKEN", TOKEN);

    @Test
    void without_a_word_there_is_nothing_for_operators() {
        assertThat(read(Map.of(), Map.of())).isEqualTo(AdminSettings.NONE);
    }

    @Test
    void a_port_is_for_metrics_and_a_token_for_more() {
        Map<String, List<String>> port = Map.of("--admin-port", List.of("9000"));
        assertThat(read(port, Map.of()))
                .isEqualTo(
                        new AdminSettings(
                                Optional.of(
                                        new AdminSettings.Http(
                                                "127.0.0.1", 9000, Optional.empty())),
                                Optional.empty()));
        assertThat(read(port, WITH_TOKEN))
                .isEqualTo(
                        new AdminSettings(
                                Optional.of(
                                        new AdminSettings.Http(
                                                "127.0.0.1", 9000, Optional.of(TOKEN))),
                                Optional.of(new AdminSettings.Console("admin", TOKEN))));
    }

    @Test
    void the_console_has_another_name_or_none() {
        assertThat(read(Map.of("--admin-console", List.of("ops")), WITH_TOKEN).console())
                .contains(new AdminSettings.Console("ops", TOKEN));
        assertThat(
                        read(
                                        Map.of(
                                                "--admin-console",
                                                List.of("none"),
                                                "--admin-port",
                                                List.of("0")),
                                        WITH_TOKEN)
                                .console())
                .isEmpty();
    }

    @Test
    void what_makes_no_sense_is_refused_without_the_token() {
        assertProblem(Map.of("--admin-console", List.of("Not A Name")), WITH_TOKEN)
                .contains("admin.console");
        assertProblem(Map.of("--admin-console", List.of("none")), WITH_TOKEN)
                .contains("admin.token is of no use")
                .doesNotContain(TOKEN);
        assertProblem(Map.of(), Map.of("CULVERT_ADMIN_TOKEN", "short-one"))
                .contains("admin.token has fewer than 16 characters")
                .doesNotContain("short-one");
    }

    @Test
    void operators_see_all_settings_and_no_secret() {
        Values values = ConfigReader.read(null, WITH_TOKEN, Map.of());
        assertThat(values.lines())
                .hasSameSizeAs(Catalogue.settings())
                .contains(new ConfigLine("admin.token", "\"***\"", "CULVERT_ADMIN_TOKEN"))
                .contains(new ConfigLine("admin.console", "\"admin\"", "default"))
                .noneMatch(line -> line.toString().contains(TOKEN));
        assertThat(RelayConfig.of(values, WITH_TOKEN).settings().admin().toString())
                .doesNotContain(TOKEN);
    }

    private static AdminSettings read(
            Map<String, List<String>> flags, Map<String, String> environment) {
        return RelayConfig.of(ConfigReader.read(null, environment, flags), environment)
                .settings()
                .admin();
    }

    private static AbstractStringAssert<?> assertProblem(
            Map<String, List<String>> flags, Map<String, String> environment) {
        ConfigException problem =
                catchThrowableOfType(ConfigException.class, () -> read(flags, environment));
        return assertThat(String.join("\n", problem.problems()));
    }
}
