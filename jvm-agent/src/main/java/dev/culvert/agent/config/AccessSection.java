package dev.culvert.agent.config;

import dev.culvert.relay.policy.AccessSettings;
import dev.culvert.relay.policy.JwtSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who may open a tunnel. */
final class AccessSection {
    private static final AccessSettings DEFAULTS = AccessSettings.OPEN;

    static final Setting<Path> TOKENS =
            Setting.optional(
                            "access.tokens",
                            "--tokens",
                            SettingType.FILE,
                            "none",
                            "File of the tokens that agents may show, and of names that are"
                                    + " somebody's; see [access.md](access.md).")
                    .changesLive();

    static final Setting<List<String>> ORIGINS =
            Setting.of(
                            "access.origins",
                            "--allow-origin",
                            SettingType.listOf(SettingType.TEXT),
                            DEFAULTS.origins(),
                            "Web pages that may open tunnels: https://app.example,"
                                    + " https://*.app.example, or * for all.")
                    .changesLive();

    static final Setting<Integer> MAX_TUNNELS =
            Setting.of(
                            "access.maxTunnels",
                            "--max-tunnels",
                            SettingType.NUMBER,
                            DEFAULTS.tunnels(),
                            "Most tunnels at a time.")
                    .changesLive();

    static final Setting<Integer> TUNNELS_PER_SUBJECT =
            Setting.of(
                            "access.tunnelsPerSubject",
                            "--max-tunnels-per-subject",
                            SettingType.NUMBER,
                            DEFAULTS.tunnelsPerSubject(),
                            "Most of them of one subject, unless its token says otherwise.")
                    .changesLive();

    static final Section ACCESS =
            Section.of(
                    "access",
                    "Who may open a tunnel, see [access.md](access.md). Without tokens and JWTs,"
                            + " anybody.",
                    TOKENS,
                    ORIGINS,
                    MAX_TUNNELS,
                    TUNNELS_PER_SUBJECT);

    static final Setting<String> JWKS_URL =
            Setting.optional(
                            "access.jwt.jwksUrl",
                            "--jwks-url",
                            SettingType.TEXT,
                            "none",
                            "Where the public keys of the issuer of JWTs are, for RS, PS and ES"
                                    + " signatures.")
                    .changesLive();

    static final Setting<String> SECRET_VARIABLE =
            Setting.optional(
                            "access.jwt.secretEnv",
                            "--jwt-secret-env",
                            SettingType.TEXT,
                            "none",
                            "Environment variable that holds the secret of HS signatures, instead.")
                    .changesLive();

    static final Setting<String> ISSUER =
            Setting.optional(
                            "access.jwt.issuer",
                            "--jwt-issuer",
                            SettingType.TEXT,
                            "any",
                            "What iss must be.")
                    .changesLive();

    static final Setting<List<String>> AUDIENCE =
            Setting.of(
                            "access.jwt.audience",
                            "--jwt-audience",
                            SettingType.listOf(SettingType.TEXT),
                            List.of(),
                            "One of these must be in aud; none for any.")
                    .changesLive();

    static final Setting<Duration> CLOCK_SKEW =
            Setting.of(
                            "access.jwt.clockSkew",
                            "--jwt-clock-skew",
                            SettingType.SECONDS,
                            Duration.ofMinutes(1),
                            "How wrong the clocks may be.")
                    .changesLive();

    static final Setting<Duration> CACHE_FOR =
            Setting.of(
                            "access.jwt.cacheFor",
                            "--jwks-cache",
                            SettingType.SECONDS,
                            Duration.ofMinutes(5),
                            "How long fetched keys are good; a token with a key that is not among"
                                    + " them has them fetched before.")
                    .changesLive();

    static final Section JWT =
            Section.of(
                    "access.jwt",
                    "JWTs that agents may show, see [access.md](access.md).",
                    JWKS_URL,
                    SECRET_VARIABLE,
                    ISSUER,
                    AUDIENCE,
                    CLOCK_SKEW,
                    CACHE_FOR);

    private AccessSection() {}

    static AccessSettings read(Values values, Map<String, String> environment) {
        Optional<TokensFile> file = values.find(TOKENS).map(TokensFile::read);
        Optional<JwtSettings> jwt = jwt(values, environment);
        return new AccessSettings(
                file.isEmpty() && jwt.isEmpty(),
                file.map(TokensFile::tokens).orElse(List.of()),
                jwt,
                file.map(TokensFile::reserved).orElse(Map.of()),
                values.get(ORIGINS),
                values.get(MAX_TUNNELS),
                values.get(TUNNELS_PER_SUBJECT));
    }

    private static Optional<JwtSettings> jwt(Values values, Map<String, String> environment) {
        Optional<URI> url = values.find(JWKS_URL).map(URI::create);
        Optional<String> variable = values.find(SECRET_VARIABLE);
        if (url.isEmpty() && variable.isEmpty()) {
            for (Setting<?> setting : List.of(ISSUER, AUDIENCE, CLOCK_SKEW, CACHE_FOR)) {
                if (values.isGiven(setting)) {
                    throw new IllegalArgumentException(
                            setting.key()
                                    + " means nothing without access.jwt.jwksUrl or"
                                    + " access.jwt.secretEnv");
                }
            }
            return Optional.empty();
        }
        return Optional.of(
                new JwtSettings(
                        url,
                        variable.map(name -> secret(name, environment)),
                        values.find(ISSUER),
                        values.get(AUDIENCE),
                        values.get(CLOCK_SKEW),
                        values.get(CACHE_FOR)));
    }

    private static String secret(String variable, Map<String, String> environment) {
        String secret = environment.get(variable);
        if (secret == null) {
            throw new IllegalArgumentException(
                    "the environment variable " + variable + " of access.jwt.secretEnv is not set");
        }
        return secret;
    }
}
