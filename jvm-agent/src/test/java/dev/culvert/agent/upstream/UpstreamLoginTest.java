package dev.culvert.agent.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.culvert.agent.upstream.UpstreamLogin.Step;
import dev.culvert.wire.scram.ChannelBinding;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What a server may ask the agent for, and get. */
class UpstreamLoginTest {
    private static final UpstreamAddress ADDRESS =
            UpstreamAddress.parse("postgres://me:secret@db.example/x");

    private static UpstreamLogin login(UpstreamAddress address, boolean confidential) {
        return new UpstreamLogin(address, new Protection(confidential, ChannelBinding.none()));
    }

    private static ByteBuf authentication(int kind, String rest) {
        return Unpooled.buffer()
                .writeInt(kind)
                .writeBytes(rest.getBytes(StandardCharsets.US_ASCII));
    }

    private static Step ask(UpstreamLogin login, int kind, String rest) {
        return login.onMessage((byte) 'R', authentication(kind, rest));
    }

    @Test
    void the_password_itself_goes_only_where_nobody_can_listen() {
        assertThat(ask(login(ADDRESS, false), 3, ""))
                .asInstanceOf(type(Step.Failed.class))
                .extracting(Step.Failed::told)
                .asString()
                .contains("without TLS");
        assertThat(ask(login(ADDRESS, true), 3, ""))
                .asInstanceOf(type(Step.Send.class))
                .extracting(step -> new String(step.body(), StandardCharsets.US_ASCII))
                .isEqualTo("secret\0");
    }

    @Test
    void a_server_that_skips_its_proof_is_not_believed() {
        UpstreamLogin login = login(ADDRESS, false);
        assertThat(ask(login, 10, "SCRAM-SHA-256\0\0")).isInstanceOf(Step.Send.class);
        assertThat(ask(login, 0, "")).isInstanceOf(Step.Failed.class);

        UpstreamLogin other = login(ADDRESS, false);
        ask(other, 10, "SCRAM-SHA-256\0\0");
        assertThat(ask(other, 12, "v=AAAA")).isInstanceOf(Step.Failed.class);
    }

    @Test
    void a_server_that_asks_for_what_the_agent_has_not_is_told_of() {
        UpstreamAddress without = UpstreamAddress.parse("postgres://me@db.example/x");
        for (int kind : new int[] {5, 10}) {
            assertThat(ask(login(without, true), kind, "SCRAM-SHA-256\0\0"))
                    .asInstanceOf(type(Step.Failed.class))
                    .extracting(Step.Failed::told)
                    .asString()
                    .contains("password");
        }
        assertThat(ask(login(ADDRESS, true), 10, "SCRAM-SHA-512\0\0"))
                .isInstanceOf(Step.Failed.class);
        assertThat(ask(login(ADDRESS, true), 7, "")).isInstanceOf(Step.Failed.class);
        assertThat(ask(login(ADDRESS, true), 11, "r=x")).isInstanceOf(Step.Failed.class);
    }

    @Test
    void the_servers_key_stays_with_the_agent() {
        UpstreamLogin login = login(ADDRESS, true);
        ask(login, 0, "");
        ByteBuf key = Unpooled.buffer().writeInt(77).writeInt(99);
        assertThat(login.onMessage((byte) 'K', key)).isInstanceOf(Step.Wait.class);
        assertThat(login.processId()).isEqualTo(77);
        assertThat(login.secretKey()).containsExactly(0, 0, 0, 99);
        ByteBuf idle = Unpooled.buffer().writeByte('I');
        assertThat(login.onMessage((byte) 'Z', idle)).isInstanceOf(Step.Done.class);
    }
}
