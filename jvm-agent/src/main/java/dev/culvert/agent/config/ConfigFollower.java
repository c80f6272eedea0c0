package dev.culvert.agent.config;

import dev.culvert.relay.admin.ConfigLine;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows a configuration while the relay runs: reads all of it anew, files that it names included,
 * and passes on what has changed, as far as a running relay can take it. What it cannot is said
 * once, and stays as it was; so does everything while the new configuration makes no sense.
 *
 * <p>Every look reads the files themselves and not their times: a Kubernetes ConfigMap is swapped
 * by a symbolic link, and editors keep or change times as they like. Blocks: not for event loops.
 */
public final class ConfigFollower {
    /** What a look found. */
    public enum Outcome {
        /** Nothing has changed. */
        SAME,
        /** Something has changed, and the relay has it. */
        TAKEN,
        /**
         * Something has changed that makes no sense, or waits for the next start; the log says
         * what.
         */
        NOT_TAKEN
    }

    private static final Logger LOG = LoggerFactory.getLogger(ConfigFollower.class);

    private final Supplier<Values> source;
    private final Map<String, String> environment;
    private Values values;
    private LiveConfig current;

    /** What was said last of what cannot be done, so that it is not said at every look. */
    private List<String> complaint = List.of();

    /**
     * A follower.
     *
     * @param started what the relay began with
     * @param source reads the settings; throws {@link ConfigException}
     * @param environment for secrets that settings name
     */
    public ConfigFollower(
            Values started, Supplier<Values> source, Map<String, String> environment) {
        this.source = source;
        this.environment = Map.copyOf(environment);
        this.values = started;
        this.current = LiveConfig.of(started, environment);
    }

    /** All settings as the relay has them, for operators. */
    public synchronized List<ConfigLine> lines() {
        return values.lines();
    }

    /** What the relay has. */
    public synchronized LiveConfig current() {
        return current;
    }

    /**
     * Looks, and says what is wrong even if it has said so before.
     *
     * @param listener takes a configuration that differs from the one before
     */
    public synchronized Outcome lookAnew(Consumer<LiveConfig> listener) {
        complaint = List.of();
        return look(listener);
    }

    /**
     * Looks.
     *
     * @param listener takes a configuration that differs from the one before
     */
    public synchronized Outcome look(Consumer<LiveConfig> listener) {
        Values wanted;
        Values taken;
        LiveConfig made;
        try {
            wanted = source.get();
            if (!values.differences(wanted).isEmpty()) {
                // all of it must make sense, and not only what is taken now
                RelayConfig.of(wanted, environment);
            }
            taken = values.withLive(wanted);
            made = LiveConfig.of(taken, environment);
        } catch (ConfigException e) {
            complain(
                    e.problems(),
                    "the changed configuration makes no sense; the previous one stays in use");
            return Outcome.NOT_TAKEN;
        }
        complain(
                values.differences(wanted).stream()
                        .filter(setting -> !setting.live())
                        .map(Setting::key)
                        .toList(),
                "a changed setting takes effect at the next start");
        if (made.equals(current)) {
            return complaint.isEmpty() ? Outcome.SAME : Outcome.NOT_TAKEN;
        }
        List<String> changed = values.differences(taken).stream().map(Setting::key).toList();
        listener.accept(made);
        values = taken;
        current = made;
        LOG.atInfo()
                // the setting names a file, and the file is another
                .addKeyValue("settings", changed.isEmpty() ? "access.tokens" : changed)
                .log("configuration changed");
        return Outcome.TAKEN;
    }

    private void complain(List<String> about, String message) {
        if (!about.equals(complaint)) {
            about.forEach(what -> LOG.atWarn().addKeyValue("what", what).log(message));
        }
        complaint = about;
    }
}
