package dev.culvert.front.session;

import dev.culvert.wire.startup.Setting;
import dev.culvert.wire.startup.StartupMessage;
import dev.culvert.wire.startup.StartupOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The settings that a StartupMessage asks for, as a batch for a backend that does not apply them by
 * itself. One Query: it applies all of them or, with an error, none.
 */
final class StartupSettings {
    /** Parameters of a StartupMessage that are not settings. */
    private static final Set<String> NOT_SETTINGS =
            Set.of("user", "database", "options", "replication");

    private StartupSettings() {}

    /** Settings in the order in which Postgres applies them: {@code options} first. */
    static List<Setting> of(StartupMessage startup) {
        List<Setting> settings = new ArrayList<>(StartupOptions.parse(startup.options()));
        startup.parameters()
                .forEach((name, value) -> {
                    if (!NOT_SETTINGS.contains(name)
                            && !name.startsWith(StartupMessage.PROTOCOL_OPTION_PREFIX)) {
                        settings.add(new Setting(name, value));
                    }
                });
        return settings;
    }

    /** A Query message that applies the settings. */
    static ByteBuf batch(List<Setting> settings, ByteBufAllocator allocator) {
        StringBuilder sql = new StringBuilder("SELECT ");
        for (Setting setting : settings) {
            if (sql.length() > "SELECT ".length()) {
                sql.append(", ");
            }
            sql.append("pg_catalog.set_config(")
                    .append(literal(setting.name()))
                    .append(", ")
                    .append(literal(setting.value()))
                    .append(", false)");
        }
        byte[] text = sql.toString().getBytes(StandardCharsets.UTF_8);
        return allocator
                .buffer(1 + Integer.BYTES + text.length + 1)
                .writeByte('Q')
                .writeInt(Integer.BYTES + text.length + 1)
                .writeBytes(text)
                .writeByte(0);
    }

    /** Escaped whatever standard_conforming_strings says. */
    private static String literal(String text) {
        return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
    }
}
