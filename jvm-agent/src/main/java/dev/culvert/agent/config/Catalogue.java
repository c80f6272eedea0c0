package dev.culvert.agent.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Every setting of a relay, once. */
public final class Catalogue {
    private static final List<Section> SECTIONS =
            List.of(
                    ListenSections.GENERAL,
                    ListenSections.POSTGRES,
                    ListenSections.HTTPS,
                    TlsSection.TLS,
                    LimitSections.CONNECTIONS,
                    LimitSections.ATTEMPTS,
                    NetworkSections.PROXY_PROTOCOL,
                    NetworkSections.TCP,
                    SessionSection.SESSIONS,
                    AccessSection.ACCESS,
                    AccessSection.JWT,
                    TunnelSections.TUNNELS,
                    TunnelSections.LIVENESS,
                    TunnelSections.RESUME,
                    DrainSection.DRAIN,
                    LogSection.LOG,
                    LogSection.AUDIT,
                    LogSection.TRACING,
                    AdminSection.ADMIN);

    private static final Map<String, Setting<?>> BY_KEY = byKey();

    private Catalogue() {}

    static List<Section> sections() {
        return SECTIONS;
    }

    /** All settings, in the order of the sections. */
    public static List<Setting<?>> settings() {
        return List.copyOf(BY_KEY.values());
    }

    static Optional<Setting<?>> find(String key) {
        return Optional.ofNullable(BY_KEY.get(key));
    }

    /** Whether there are keys that begin with this one and a dot. */
    static boolean isSection(String key) {
        return BY_KEY.keySet().stream().anyMatch(known -> known.startsWith(key + "."));
    }

    /** Whether an environment variable looks like one of a section. */
    static boolean isSectionVariable(String name) {
        return SECTIONS.stream()
                .filter(section -> !section.name().isEmpty())
                .map(section ->
                        ConfigReader.PREFIX
                                + section.name()
                                        .replaceAll("([a-z])([A-Z])", "$1_$2")
                                        .replace('.', '_')
                                        .toUpperCase(Locale.ROOT)
                                + "_")
                .anyMatch(name::startsWith);
    }

    /** What to say about a key that is none. */
    static String unknown(String key) {
        String name = key.substring(key.lastIndexOf('.') + 1);
        return key
                + " is no setting"
                + BY_KEY.values().stream()
                        // the right name in the wrong section
                        .filter(setting -> setting.name().equals(name))
                        .map(Setting::key)
                        .findFirst()
                        .or(() -> Nearest.to(key, BY_KEY.keySet()))
                        .map(nearest -> "; did you mean " + nearest + "?")
                        .orElse("; docs/configuration.md lists all");
    }

    private static Map<String, Setting<?>> byKey() {
        Map<String, Setting<?>> map = new LinkedHashMap<>();
        for (Section section : SECTIONS) {
            for (Setting<?> setting : section.settings()) {
                if (map.put(setting.key(), setting) != null) {
                    throw new IllegalStateException("two settings are called " + setting.key());
                }
            }
        }
        return map;
    }
}
