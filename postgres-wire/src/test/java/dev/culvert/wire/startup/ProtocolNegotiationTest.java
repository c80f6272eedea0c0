package dev.culvert.wire.startup;

import static dev.culvert.wire.Bytes.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProtocolNegotiationTest {

    @ParameterizedTest
    @CsvSource({
        "0, 3.0, false",
        "1, 3.1, false",
        "2, 3.2, false",
        "3, 3.2, true",
        "9999, 3.2, true"
    })
    void settlesOnTheOlderVersion(int asked, String spoken, boolean needed) {
        ProtocolNegotiation negotiation = negotiate(asked);

        assertThat(negotiation.version()).hasToString(spoken);
        assertThat(negotiation.needed()).isEqualTo(needed);
        assertThat(negotiation.unknownOptions()).isEmpty();
    }

    @Test
    void answersANewerVersionWithItsOwnNewest() {
        ByteBuf out = Unpooled.buffer();

        negotiate(9999).writeTo(out);

        assertThat(read(out)).isEqualTo(Bytes.message('v', "\0\3\0\2\0\0\0\0"));
    }

    @Test
    void answersUnknownOptionsWithTheClientsVersionAndTheirNames() {
        ByteBuf out = Unpooled.buffer();

        ProtocolNegotiation negotiation = negotiate(0, "_pq_.compression", "_pq_.x");
        negotiation.writeTo(out);

        assertThat(negotiation.needed()).isTrue();
        assertThat(negotiation.version()).isEqualTo(ProtocolVersion.V3_0);
        assertThat(negotiation.unknownOptions()).isEqualTo(List.of("_pq_.compression", "_pq_.x"));
        assertThat(read(out))
                .isEqualTo(Bytes.message('v', "\0\3\0\0\0\0\0\2_pq_.compression\0_pq_.x\0"));
    }

    @Test
    void ordersVersions() {
        assertThat(new ProtocolVersion(3, 1).isAtLeast(ProtocolVersion.V3_0)).isTrue();
        assertThat(new ProtocolVersion(3, 1).isAtLeast(ProtocolVersion.V3_2)).isFalse();
        assertThat(ProtocolVersion.of(196610)).isEqualTo(ProtocolVersion.V3_2);
        assertThat(ProtocolVersion.V3_2.code()).isEqualTo(196610);
    }

    private static ProtocolNegotiation negotiate(int minor, String... options) {
        var parameters = new LinkedHashMap<String, String>();
        parameters.put("user", "a");
        for (String option : options) {
            parameters.put(option, "1");
        }
        return ProtocolNegotiation.of(
                new StartupMessage(new ProtocolVersion(3, minor), parameters));
    }
}
