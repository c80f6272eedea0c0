package dev.culvert.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.culvert.front.limit.AttemptLimits;
import dev.culvert.front.limit.Cidr;
import dev.culvert.front.limit.ConnectionLimits;
import dev.culvert.front.limit.RateLimit;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.listen.ProxyProtocol;
import dev.culvert.front.listen.TcpSettings;
import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.tunnel.credit.WindowLimits;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

class LimitOptionsTest {
    private static final FrontSettings SETTINGS = FrontSettings.on("127.0.0.1", 0);

    @Test
    void without_options_everything_has_its_default() {
        LimitOptions options = parsed();

        assertThat(options.apply(SETTINGS)).isEqualTo(SETTINGS);
        assertThat(options.apply(TunnelSettings.DEFAULTS)).isEqualTo(TunnelSettings.DEFAULTS);
    }

    @Test
    void every_option_is_heard() {
        LimitOptions options =
                parsed(
                        "--max-connections=1",
                        "--max-connections-per-address=2",
                        "--max-connections-per-tunnel=3",
                        "--new-connections=4",
                        "--new-connections-per-address=5",
                        "--proxy-protocol=accepted",
                        "--proxy-from=10.0.0.0/8,::1",
                        "--cleartext-password",
                        "--allow-no-password",
                        "--allow-md5",
                        "--readable-refusals=6",
                        "--proxy-timeout=7",
                        "--failed-logins-per-address=8",
                        "--failed-logins-per-address-everywhere=9",
                        "--failed-logins-per-tunnel=10",
                        "--failed-login-delay=0.5",
                        "--failed-login-longest-delay=11",
                        "--failed-login-block=12",
                        "--failed-login-longest-block=13",
                        "--failed-logins-forget-after=14",
                        "--failed-logins-halve-after=15",
                        "--failed-login-records=32",
                        "--tls-timeout=16",
                        "--login-timeout=17",
                        "--start-timeout=18",
                        "--tcp-keepalive-idle=19",
                        "--tcp-keepalive-interval=20",
                        "--tcp-keepalive-probes=21",
                        "--tcp-user-timeout=22",
                        "--window=100000",
                        "--max-window=200000",
                        "--max-tunnel-window=300000",
                        "--idle-status=60");

        FrontSettings settings = options.apply(SETTINGS);
        assertThat(settings.connections())
                .isEqualTo(
                        new ConnectionLimits(
                                1, 2, 3, new RateLimit(4, 8), new RateLimit(5, 25), 6));
        assertThat(settings.proxyProtocol().mode()).isEqualTo(ProxyProtocol.Mode.ACCEPTED);
        assertThat(settings.proxyProtocol().trusted())
                .containsExactly(Cidr.parse("10.0.0.0/8"), Cidr.parse("::1"));
        assertThat(settings.proxyProtocol().timeout()).isEqualTo(seconds(7));
        assertThat(settings.cleartextPassword()).isTrue();
        assertThat(settings.attempts())
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
        assertThat(settings.tlsTimeout()).isEqualTo(seconds(16));
        assertThat(settings.loginTimeout()).isEqualTo(seconds(17));
        assertThat(settings.startTimeout()).isEqualTo(seconds(18));
        assertThat(settings.tcp())
                .isEqualTo(new TcpSettings(seconds(19), seconds(20), 21, seconds(22)));
        assertThat(settings.idleStatus()).contains(Duration.ofSeconds(60));
        assertThat(options.apply(TunnelSettings.DEFAULTS).allowNoPassword()).isTrue();
        assertThat(options.apply(TunnelSettings.DEFAULTS).windows())
                .isEqualTo(new WindowLimits(100_000, 200_000, 300_000));
        assertThat(options.apply(TunnelSettings.DEFAULTS).allowMd5()).isTrue();
    }

    @Test
    void what_is_no_time_or_out_of_range_is_refused_by_name() {
        for (String value : new String[] {"soon", "1e99", "0.0000000001"}) {
            assertThatExceptionOfType(ParameterException.class)
                    .isThrownBy(() -> parsed("--login-timeout=" + value))
                    .withMessageContaining("--login-timeout")
                    .withMessageContaining("is not a number of seconds");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parsed("--login-timeout=0").apply(SETTINGS))
                .withMessageContaining("loginTimeout");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parsed("--failed-login-records=33").apply(SETTINGS))
                .withMessageContaining("attempts.records");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parsed("--tcp-user-timeout=0.5").apply(SETTINGS))
                .withMessageContaining("tcp.userTimeout");
    }

    @Test
    void a_proxy_that_nobody_named_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parsed("--proxy-protocol=REQUIRED").apply(SETTINGS))
                .withMessageContaining("name the proxies' addresses");
    }

    private static Duration seconds(int number) {
        return Duration.ofSeconds(number);
    }

    private static LimitOptions parsed(String... arguments) {
        Program program = new Program();
        new CommandLine(program).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments);
        return program.options;
    }

    @Command
    private static final class Program {
        @Mixin LimitOptions options = new LimitOptions();
    }
}
