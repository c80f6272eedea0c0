package dev.culvert.agent.config;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One setting: all that is said about it anywhere.
 *
 * @param key its place in the file, such as {@code tunnels.lifetime}; messages of the relay's
 *     records name it the same way
 * @param flag its option, such as {@code --lifetime}
 * @param defaultValue what it is when nobody says anything, or null for nothing
 * @param defaultText the default for people
 * @param doc what it is for: a sentence
 * @param live whether a running relay takes a new value
 * @param secret whether its value is shown nowhere
 */
public record Setting<T>(
        String key,
        String flag,
        SettingType<T> type,
        @Nullable T defaultValue,
        String defaultText,
        String doc,
        boolean live,
        boolean secret) {

    static <T> Setting<T> of(
            String key, String flag, SettingType<T> type, T defaultValue, String doc) {
        return new Setting<>(
                key, flag, type, defaultValue, type.print(defaultValue), doc, false, false);
    }

    static <T> Setting<T> optional(
            String key, String flag, SettingType<T> type, String defaultText, String doc) {
        return new Setting<>(key, flag, type, null, defaultText, doc, false, false);
    }

    /** The same, and a running relay takes a new value. */
    Setting<T> changesLive() {
        return new Setting<>(key, flag, type, defaultValue, defaultText, doc, true, secret);
    }

    /** The same, and its value is shown nowhere. */
    Setting<T> keptSecret() {
        return new Setting<>(key, flag, type, defaultValue, defaultText, doc, live, true);
    }

    /** Its environment variable, such as {@code CULVERT_TUNNELS_LIFETIME}. */
    public String variable() {
        return ConfigReader.PREFIX
                + key.replaceAll("([a-z])([A-Z])", "$1_$2")
                        .replace('.', '_')
                        .toUpperCase(Locale.ROOT);
    }

    /** Whether its flag needs no value. */
    public boolean isSwitch() {
        return type.equals(SettingType.SWITCH);
    }

    /** The key without its section. */
    String name() {
        return key.substring(key.lastIndexOf('.') + 1);
    }

    /** A value of it as a file would say it; masked if it is secret. */
    String show(Object value) {
        return secret ? "\"***\"" : type.yaml(type.cast(value));
    }
}
