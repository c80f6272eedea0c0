package dev.culvert.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.culvert.front.limit.AttemptLimits;
import dev.culvert.front.limit.Cidr;
import dev.culvert.front.limit.ConnectionLimits;
import dev.culvert.front.limit.RateLimit;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.listen.ProxyProtocol;
import dev.culvert.front.listen.TcpSettings;
import dev.culvert.relay.config.DrainSettings;
import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.tunnel.credit.WindowLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RelayConfigTest {
    private static final Map<String, String> PORTS =
            Map.of("CULVERT_POSTGRES_PORT", "0", "CULVERT_HTTPS_PORT", "0");

    @TempDir private Path directory;

    @Test
    void without_a_word_everything_has_its_default() {
        RelayConfig config = config(null, PORTS, Map.of());

        assertThat(config.settings().postgres()).isEqualTo(FrontSettings.on("127.0.0.1", 0));
        assertThat(config.settings().tunnels()).isEqualTo(TunnelSettings.DEFAULTS);
        assertThat(config.settings().drain()).isEqualTo(DrainSettings.DEFAULTS);
        assertThat(config.settings().domains()).containsExactly("culvert.localhost");
        assertThat(config.certificates()).isEmpty();
        assertThat(config.log())
                .isEqualTo(
                        new LogSettings(
                                LogSettings.Level.INFO,
                                List.of(),
                                LogSettings.Format.HUMAN,
                                Optional.empty()));
    }

    @Test
    void the_file_is_heard_in_every_section() throws Exception {
        RelayConfig config =
                config(
                        file(
                                """
                                domains: [relay.example, other.example]
                                bind: 127.0.0.2
                                postgres:
                                  port: 5433
                                  tlsTimeout: 16
                                  loginTimeout: 17s
                                  startTimeout: 18
                                  idleStatus: 1m
                                  cleartextPassword: true
                                https:
                                  port: 8444
                                connections:
                                  total: 1
                                  perAddress: 2
                                  perTunnel: 3
                                  newConnections: 4
                                  newPerAddress: 5
                                  readableRefusals: 6
                                attempts:
                                  perAddress: 8
                                  perAddressEverywhere: 9
                                  perTunnel: 10
                                  firstDelay: 500ms
                                  longestDelay: 11
                                  firstBlock: 12
                                  longestBlock: 13
                                  forgetAfter: 14
                                  halveAfter: 15
                                  records: 32
                                proxyProtocol:
                                  mode: "accepted"
                                  trusted: [10.0.0.0/8, "::1"]
                                  timeout: 7
                                tcp:
                                  keepAliveIdle: 19
                                  keepAliveInterval: 20
                                  keepAliveProbes: 21
                                  userTimeout: 22
                                tunnels:
                                  lifetime: 2h
                                  window: 100000
                                  maxWindow: 200000
                                  maxTunnelWindow: 300000
                                  allowNoPassword: true
                                  allowMd5: true
                                  liveness:
                                    pingInterval: 1
                                  resume:
                                    grace: 90
                                drain:
                                  delay: 1
                                log:
                                  level: debug
                                  levels: [io.netty=trace]
                                  format: json
                                audit:
                                  file: /var/log/audit.json
                                  maxBytes: 65536
                                  kept: 3
                                """),
                        Map.of(),
                        Map.of());

        FrontSettings front = config.settings().postgres();
        assertThat(config.settings().domains()).containsExactly("relay.example", "other.example");
        assertThat(front.host()).isEqualTo("127.0.0.2");
        assertThat(front.port()).isEqualTo(5433);
        assertThat(front.tlsTimeout()).isEqualTo(seconds(16));
        assertThat(front.loginTimeout()).isEqualTo(seconds(17));
        assertThat(front.startTimeout()).isEqualTo(seconds(18));
        assertThat(front.idleStatus()).contains(seconds(60));
        assertThat(front.cleartextPassword()).isTrue();
        assertThat(config.settings().https().port()).isEqualTo(8444);
        assertThat(front.connections())
                .isEqualTo(
                        new ConnectionLimits(
                                1, 2, 3, new RateLimit(4, 8), new RateLimit(5, 25), 6));
        assertThat(front.attempts())
                .isEqualTo(
                        new AttemptLimits(
                                8,
                                9,
                                10,
                                Duration.ofMillis(500),
                                seconds(11),
                                seconds(12),
                                seconds(13),
                                seconds(14),
                                seconds(15),
                                32));
        assertThat(front.proxyProtocol())
                .isEqualTo(
                        new ProxyProtocol(
                                ProxyProtocol.Mode.ACCEPTED,
                                List.of(Cidr.parse("10.0.0.0/8"), Cidr.parse("::1")),
                                seconds(7)));
        assertThat(front.tcp())
                .isEqualTo(new TcpSettings(seconds(19), seconds(20), 21, seconds(22)));
        TunnelSettings tunnels = config.settings().tunnels();
        assertThat(tunnels.lifetime()).isEqualTo(Duration.ofHours(2));
        assertThat(tunnels.windows()).isEqualTo(new WindowLimits(100_000, 200_000, 300_000));
        assertThat(tunnels.allowNoPassword()).isTrue();
        assertThat(tunnels.allowMd5()).isTrue();
        assertThat(tunnels.liveness().pingInterval()).isEqualTo(seconds(1));
        assertThat(tunnels.resume().grace()).isEqualTo(seconds(90));
        assertThat(config.settings().drain().delay()).isEqualTo(seconds(1));
        assertThat(config.log())
                .isEqualTo(
                        new LogSettings(
                                LogSettings.Level.DEBUG,
                                List.of(
                                        new LogSettings.LoggerLevel(
                                                "io.netty", LogSettings.Level.TRACE)),
                                LogSettings.Format.JSON,
                                Optional.of(
                                        new LogSettings.AuditFile(
                                                Path.of("/var/log/audit.json"), 65_536, 3))));
    }

    @Test
    void the_default_of_every_setting_is_what_its_own_text_is_read_as() {
        for (Setting<?> setting : Catalogue.settings()) {
            if (setting.defaultValue() != null && !setting.type().isList()) {
                assertThat(setting.type().parse(List.of(setting.defaultText())))
                        .as(setting.key())
                        .isEqualTo(setting.defaultValue());
            }
        }
    }

    @Test
    void flags_count_more_than_variables_and_these_more_than_the_file() throws Exception {
        Path file = file("tunnels: {lifetime: 10, helloTimeout: 10, maxPayload: 2048}");
        Map<String, String> environment = new HashMap<>(PORTS);
        environment.put("CULVERT_TUNNELS_LIFETIME", "20");
        environment.put("CULVERT_TUNNELS_HELLO_TIMEOUT", "20");

        RelayConfig config = config(file, environment, Map.of("--lifetime", List.of("30")));

        TunnelSettings tunnels = config.settings().tunnels();
        assertThat(tunnels.lifetime()).isEqualTo(seconds(30));
        assertThat(tunnels.helloTimeout()).isEqualTo(seconds(20));
        assertThat(tunnels.maxPayload()).isEqualTo(2048);
        assertThat(config.values().text())
                .contains(
                        "tunnels:\n",
                        "  lifetime: 30  # --lifetime\n",
                        "  helloTimeout: 20  # CULVERT_TUNNELS_HELLO_TIMEOUT\n",
                        "  maxPayload: 2048  # " + file + " line 1\n",
                        "  liveness:\n    pingInterval: 20  # default\n",
                        "  # idleStatus: never  # default\n");
    }

    @Test
    void what_is_printed_can_be_read_again() throws Exception {
        Values first =
                values(file("domains: [a.example]\nproxyProtocol: {trusted: [10.0.0.0/8]}"), PORTS);

        Values second = values(file(first.text()), Map.of());

        assertThat(second.differences(first)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            textBlock =
                    """
                    tunnels: {lifetim: 1};              line 1: tunnels.lifetim is no setting; did you mean tunnels.lifetime?
                    lifetime: 1;                        line 1: lifetime is no setting; did you mean tunnels.lifetime?
                    zebra: 1;                           line 1: zebra is no setting; docs/configuration.md lists all
                    tunel: {lifetime: 1};               line 1: tunel is no setting
                    tunnels: {lifetime: soon};          line 1: tunnels.lifetime: "soon" is not a number of seconds, or a time such as 250ms, 5m or 1h
                    tunnels: {lifetime: true};          line 1: tunnels.lifetime: "true" is not a number of seconds, or a time such as 250ms, 5m or 1h
                    tunnels: {lifetime: [1, 2]};        line 1: tunnels.lifetime is one value, no list
                    tunnels: 7;                         line 1: tunnels is a section of settings, no value
                    tunnels: {allowMd5: 'yes'};         line 1: tunnels.allowMd5: "yes" is not true or false
                    connections: {total: 1.5};          line 1: connections.total: "1.5" is not a whole number
                    connections: {total: '7'};          line 1: connections.total: "7" is not a whole number (write it without quotes)
                    log: {level: loud};                 line 1: log.level: "loud" is not one of error, warn, info, debug, trace
                    log: {levels: [io.netty]};          line 1: log.levels: "io.netty" is not a logger and its level, error, warn, info, debug or trace
                    log: {levels: [io.netty=loud]};     line 1: log.levels: "io.netty=loud" is not a logger and its level, error, warn, info, debug or trace
                    log: {level: false};                line 1: log.level: "false" is not one of error, warn, info, debug, trace (put it into quotes)
                    proxyProtocol: {trusted: [there]};  line 1: proxyProtocol.trusted: "there" is not a range of addresses
                    tls: {keys: [{a: b}]};              line 1: tls.keys is a list of single values
                    [1, 2];                             line 1: the file is to have sections
                    tunnels: {lifetime;                 this is no YAML
                    """)
    void the_file_is_refused_with_line_and_key_and_what_was_meant(String text, String problem)
            throws Exception {
        Path file = file(text);

        assertThat(problems(file, Map.of(), Map.of()))
                .singleElement()
                .asString()
                .startsWith(file + " ")
                .contains(problem);
    }

    @Test
    void all_that_is_wrong_is_said_at_once() throws Exception {
        Path file = file("tunnels:\n  lifetime: soon\nlog:\n  levle: info\n");

        assertThat(
                        problems(
                                file,
                                Map.of(
                                        "CULVERT_TUNNELS_LIFETIM", "1",
                                        "CULVERT_CONNECTIONS_TOTAL", "many"),
                                Map.of("--window", List.of("big"))))
                .satisfiesExactlyInAnyOrder(
                        problem -> assertThat(problem).contains("line 2: tunnels.lifetime:"),
                        problem -> assertThat(problem).contains("line 4: log.levle", "log.level?"),
                        problem ->
                                assertThat(problem)
                                        .isEqualTo(
                                                "CULVERT_TUNNELS_LIFETIM is no setting; did you"
                                                        + " mean CULVERT_TUNNELS_LIFETIME?"),
                        problem ->
                                assertThat(problem)
                                        .isEqualTo(
                                                "CULVERT_CONNECTIONS_TOTAL: \"many\" is not a whole"
                                                        + " number"),
                        problem ->
                                assertThat(problem)
                                        .isEqualTo("--window: \"big\" is not a number of bytes"));
    }

    @Test
    void variables_of_others_are_left_alone() {
        Map<String, String> environment = new HashMap<>(PORTS);
        environment.put("CULVERT_TOKEN", "of the agent");
        environment.put("CULVERT_PASSWORD", "of the agent");
        environment.put("CULVERT_LOG", "DEBUG");
        environment.put("CULVERT_SERVICE_HOST", "10.0.0.1");
        environment.put("CULVERT_POSTGRES_PORT_5432_TCP_ADDR", "10.0.0.1");
        environment.put("CULVERT_POSTGRES_PORT", "tcp://10.0.0.1:5432");

        Values values = values(null, environment);

        assertThat(values.find(ListenSections.PORT)).isEmpty();
    }

    @Test
    void values_that_do_not_go_together_say_where_they_are_from() throws Exception {
        Path file = file("tunnels:\n  window: 500000\n  maxWindow: 400000\n");

        assertThat(problems(file, PORTS, Map.of()))
                .singleElement()
                .asString()
                .contains(
                        "tunnels.window 500000, tunnels.maxWindow 400000",
                        "tunnels.window is from " + file + " line 2",
                        "tunnels.maxWindow is from " + file + " line 3");
        assertThat(problems(null, PORTS, Map.of("--proxy-protocol", List.of("required"))))
                .singleElement()
                .asString()
                .contains("name the proxies' addresses");
        assertThat(problems(null, PORTS, Map.of("--login-timeout", List.of("0"))))
                .singleElement()
                .asString()
                .contains("postgres.loginTimeout", "postgres.loginTimeout is from --login-timeout");
        assertThat(problems(null, PORTS, Map.of("--cert", List.of("a.pem"))))
                .singleElement()
                .asString()
                .contains("1 tls.certificates and 0 tls.keys");
        assertThat(problems(null, PORTS, Map.of("--failed-login-records", List.of("33"))))
                .singleElement()
                .asString()
                .contains("attempts.records");
        assertThat(problems(null, PORTS, Map.of("--drain-deadline", List.of("1"))))
                .singleElement()
                .asString()
                .contains("drain.deadline is from --drain-deadline");
    }

    @Test
    void no_file_is_no_configuration() {
        assertThat(problems(directory.resolve("absent.yaml"), Map.of(), Map.of()))
                .singleElement()
                .asString()
                .contains("absent.yaml: there is no such file");
    }

    private Path file(String text) throws IOException {
        return Files.writeString(Files.createTempFile(directory, "relay", ".yaml"), text);
    }

    private static Values values(@Nullable Path file, Map<String, String> environment) {
        return ConfigReader.read(file, environment, Map.of());
    }

    private static RelayConfig config(
            @Nullable Path file, Map<String, String> environment, Map<String, List<String>> flags) {
        return RelayConfig.of(ConfigReader.read(file, environment, flags), environment);
    }

    private static List<String> problems(
            @Nullable Path file, Map<String, String> environment, Map<String, List<String>> flags) {
        return catchThrowableOfType(ConfigException.class, () -> config(file, environment, flags))
                .problems();
    }

    private static Duration seconds(int number) {
        return Duration.ofSeconds(number);
    }
}
