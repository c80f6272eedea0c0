package dev.culvert.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.culvert.front.limit.Cidr;
import dev.culvert.front.limit.ConnectionLimits;
import dev.culvert.front.limit.RateLimit;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.listen.ProxyProtocol;
import dev.culvert.relay.config.TunnelSettings;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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
                        "--idle-status=60");

        FrontSettings settings = options.apply(SETTINGS);
        assertThat(settings.connections())
                .isEqualTo(
                        new ConnectionLimits(
                                1, 2, 3, new RateLimit(4, 8), new RateLimit(5, 25), 64));
        assertThat(settings.proxyProtocol().mode()).isEqualTo(ProxyProtocol.Mode.ACCEPTED);
        assertThat(settings.proxyProtocol().trusted())
                .containsExactly(Cidr.parse("10.0.0.0/8"), Cidr.parse("::1"));
        assertThat(settings.cleartextPassword()).isTrue();
        assertThat(settings.idleStatus()).contains(Duration.ofSeconds(60));
        assertThat(options.apply(TunnelSettings.DEFAULTS).allowNoPassword()).isTrue();
    }

    @Test
    void a_proxy_that_nobody_named_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parsed("--proxy-protocol=REQUIRED").apply(SETTINGS))
                .withMessageContaining("name the proxies' addresses");
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
