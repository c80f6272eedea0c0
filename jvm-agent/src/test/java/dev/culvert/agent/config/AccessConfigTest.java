package dev.culvert.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.culvert.relay.policy.AccessSettings;
import dev.culvert.relay.policy.Grant;
import dev.culvert.relay.policy.JwtSettings;
import dev.culvert.relay.policy.NamePattern;
import dev.culvert.relay.policy.TokenEntry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may open a tunnel, as it is configured. */
class AccessConfigTest {
    private static final String HASH = TokenEntry.hash("alices");
    private static final String SECRET = "a shared secret of thirty-two bytes at least";

    @TempDir private Path directory;

    @Test
    void without_tokens_and_jwts_a_relay_is_open() {
        assertThat(read(Map.of(), Map.of())).isEqualTo(AccessSettings.OPEN);
    }

    @Test
    void tokens_and_reserved_names_are_in_a_file_of_their_own() throws Exception {
        Path file =
                file(
                        """
                        tokens:
                          - subject: alice
                            sha256: %s
                            names: [demo, "ci-*"]
                            tunnels: 5
                            modes: [queue]
                            lifetime: 8h
                        reserved:
                          shop*: carol
                        """
                                .formatted(HASH));

        AccessSettings access = read(Map.of("--tokens", List.of(file.toString())), Map.of());

        assertThat(access.open()).isFalse();
        assertThat(access.tokens())
                .containsExactly(
                        new TokenEntry(
                                HASH,
                                new Grant(
                                        "alice",
                                        List.of(new NamePattern("demo"), new NamePattern("ci-*")),
                                        OptionalInt.of(5),
                                        Set.of("queue"),
                                        Optional.of(Duration.ofHours(8)))));
        assertThat(access.reserved()).containsExactly(Map.entry(new NamePattern("shop*"), "carol"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            textBlock =
                    """
                    tokens: [{subject: alice}];                     line 1: a token has a subject and a sha256
                    tokens: [{subject: a, sha256: xyz}];            line 1: sha256 is not 64 hexadecimal digits
                    tokens: [{subject: a, sha256: HASH, nmes: []}]; line 1: there is no nmes here
                    tokens: [{subject: a, sha256: HASH, names: []}]; line 1: the list is empty
                    tokens: [{subject: a, sha256: HASH, names: [A]}]; line 1: "A" is no tunnel name
                    tokens: [{subject: a, sha256: HASH, modes: [x]}]; line 1: modes are exclusive and queue
                    tokens: [{subject: a, sha256: HASH, tunnels: x}]; line 1: that is to be a number
                    tokens: [{subject: a, sha256: HASH, tunnels: 0}]; line 1: a subject with 0 tunnels can open none
                    tokens: [{subject: a, sha256: HASH, lifetime: x}]; line 1: that is to be a number of seconds
                    tokens: {a: b};                                 line 1: that is to be a list
                    reserved: {A: b};                               line 1: "A" is no tunnel name
                    users: [];                                      line 1: there is no users here
                    tokens: [{;                                     is no YAML
                    """)
    void a_file_of_tokens_that_makes_no_sense_is_refused_with_its_line(String text, String problem)
            throws Exception {
        Path file = file(text.replace("HASH", HASH));

        assertThat(problem(Map.of("--tokens", List.of(file.toString())), Map.of()))
                .startsWith("access.tokens: " + file)
                .contains(problem)
                .contains("access.tokens is from --tokens")
                .doesNotContain(HASH);
    }

    @Test
    void a_file_of_tokens_that_is_not_there_is_named() {
        assertThat(problem(Map.of("--tokens", List.of("nowhere.yaml")), Map.of()))
                .contains("access.tokens: nowhere.yaml cannot be read");
    }

    @Test
    void jwts_need_keys_or_a_secret_which_is_no_flag() {
        assertThat(
                        read(
                                        Map.of(
                                                "--jwks-url",
                                                List.of("https://issuer.example/jwks"),
                                                "--jwt-audience",
                                                List.of("culvert")),
                                        Map.of())
                                .jwt())
                .contains(
                        new JwtSettings(
                                Optional.of(URI.create("https://issuer.example/jwks")),
                                Optional.empty(),
                                Optional.empty(),
                                List.of("culvert"),
                                Duration.ofMinutes(1),
                                Duration.ofMinutes(5)));
        Map<String, List<String>> secret = Map.of("--jwt-secret-env", List.of("JWT_SECRET"));
        assertThat(read(secret, Map.of("JWT_SECRET", SECRET)).jwt())
                .hasValueSatisfying(jwt -> assertThat(jwt.toString()).doesNotContain(SECRET));
        assertThat(problem(secret, Map.of()))
                .contains("the environment variable JWT_SECRET of access.jwt.secretEnv is not set");
        assertThat(problem(secret, Map.of("JWT_SECRET", "short")))
                .contains("less than 32 bytes")
                .doesNotContain("short");
        assertThat(problem(Map.of("--jwt-issuer", List.of("https://issuer.example")), Map.of()))
                .contains("access.jwt.issuer means nothing without access.jwt.jwksUrl");
        assertThat(problem(Map.of("--jwks-url", List.of("http://issuer.example/jwks")), Map.of()))
                .contains("is no https: URL");
    }

    private static AccessSettings read(
            Map<String, List<String>> flags, Map<String, String> environment) {
        Map<String, String> variables = new HashMap<>(environment);
        variables.put("CULVERT_POSTGRES_PORT", "0");
        variables.put("CULVERT_HTTPS_PORT", "0");
        return RelayConfig.of(ConfigReader.read(null, variables, flags), variables)
                .settings()
                .access();
    }

    private static String problem(
            Map<String, List<String>> flags, Map<String, String> environment) {
        ConfigException refused =
                catchThrowableOfType(ConfigException.class, () -> read(flags, environment));
        return String.join("\n", refused.problems());
    }

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("tokens.yaml"), text);
    }
}
