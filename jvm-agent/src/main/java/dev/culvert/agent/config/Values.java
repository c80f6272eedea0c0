package dev.culvert.agent.config;

import dev.culvert.relay.admin.ConfigLine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The value of every setting, and where it comes from. Immutable. */
public final class Values {
    private record Value(@Nullable Object value, Source source) {}

    private static final Source DEFAULT = new Source.Default();

    private final Map<Setting<?>, Value> values;

    private Values(Map<Setting<?>, Value> values) {
        this.values = values;
    }

    /** The value of a setting that has a default. */
    <T> T get(Setting<T> setting) {
        return find(setting)
                .orElseThrow(() -> new IllegalArgumentException(setting.key() + " has no default"));
    }

    /** The value of a setting, if it has one. */
    <T> Optional<T> find(Setting<T> setting) {
        Value value = values.get(setting);
        Object present = value == null ? setting.defaultValue() : value.value();
        return Optional.ofNullable(present).map(setting.type()::cast);
    }

    /** A setting's value as a file would say it, if it has one; masked if it is secret. */
    Optional<String> shown(Setting<?> setting) {
        return find(setting).map(setting::show);
    }

    /** All values as a file, with where each is from; secrets are masked. */
    public String text() {
        return ConfigText.of(this);
    }

    /** All values for operators, with where each is from; secrets are masked. */
    public List<ConfigLine> lines() {
        return Catalogue.settings().stream()
                .map(setting ->
                        new ConfigLine(
                                setting.key(),
                                shown(setting).orElse(""),
                                source(setting).toString()))
                .toList();
    }

    Source source(Setting<?> setting) {
        Value value = values.get(setting);
        return value == null ? DEFAULT : value.source();
    }

    /** Whether anybody said anything about it. */
    boolean isGiven(Setting<?> setting) {
        return values.containsKey(setting);
    }

    /** These, with the others' values of settings that a running relay takes. */
    Values withLive(Values others) {
        Builder builder = new Builder();
        for (Setting<?> setting : Catalogue.settings()) {
            Value value = (setting.live() ? others : this).values.get(setting);
            if (value != null) {
                builder.values.put(setting, value);
            }
        }
        return builder.build();
    }

    /** The settings whose values are others there. */
    List<Setting<?>> differences(Values other) {
        List<Setting<?>> different = new ArrayList<>();
        for (Setting<?> setting : Catalogue.settings()) {
            if (!find(setting).equals(other.find(setting))) {
                different.add(setting);
            }
        }
        return different;
    }

    /** Collects values: what comes later counts. */
    static final class Builder {
        private final Map<Setting<?>, Value> values = new HashMap<>();

        void put(Setting<?> setting, Object value, Source source) {
            values.put(setting, new Value(value, source));
        }

        Values build() {
            return new Values(Map.copyOf(values));
        }
    }
}
