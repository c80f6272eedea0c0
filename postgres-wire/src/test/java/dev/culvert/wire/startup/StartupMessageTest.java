package dev.culvert.wire.startup;

import static dev.culvert.wire.Bytes.packet;
import static dev.culvert.wire.Bytes.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import java.util.LinkedHashMap;
import org.junit.jupiter.api.Test;

class StartupMessageTest {

    @Test
    void takesTheUserForTheDatabaseWhenNoneIsGiven() {
        assertThat(startup("user", "ann").database()).isEqualTo("ann");
        assertThat(startup("user", "ann", "database", "").database()).isEqualTo("ann");
        assertThat(startup("user", "ann", "database", "shop").database()).isEqualTo("shop");
    }

    @Test
    void passesOnAsVersion30WithoutProtocolOptions() {
        var startup =
                new StartupMessage(
                        new ProtocolVersion(3, 9),
                        startup("user", "änn", "_pq_.x", "1", "options", "-c a=b").parameters());
        var out = Unpooled.buffer();

        startup.writeTo(out);

        assertThat(read(out)).isEqualTo(packet(196608, "user\0änn\0options\0-c a=b\0\0"));
        assertThat(startup.protocolOptions()).containsExactly("_pq_.x");
    }

    @Test
    void changesIntoACopy() {
        StartupMessage startup = startup("user", "ann.abc", "options", "tunnel=x");

        StartupMessage changed = startup.with("user", "ann").without("options").with("z", "1");

        assertThat(changed).isEqualTo(startup("user", "ann", "z", "1"));
        assertThat(changed.parameter("options")).isEmpty();
        assertThat(startup).isEqualTo(startup("user", "ann.abc", "options", "tunnel=x"));
    }

    @Test
    void cannotBeMadeIntoSomethingElseOnTheWire() {
        StartupMessage startup = startup("user", "ann");

        assertThatThrownBy(() -> startup.with("a", "b\0c"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> startup.with("a\0b", "c"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> startup.with("", "c"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> startup.without("user"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> startup.parameters().put("a", "b"))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    static StartupMessage startup(String... namesAndValues) {
        var parameters = new LinkedHashMap<String, String>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            parameters.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return new StartupMessage(ProtocolVersion.V3_0, parameters);
    }
}
