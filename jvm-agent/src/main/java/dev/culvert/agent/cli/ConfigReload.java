package dev.culvert.agent.cli;

import dev.culvert.agent.config.ConfigFollower;
import dev.culvert.agent.config.LiveConfig;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** When a running relay looks at its configuration: every few seconds, and on SIGHUP. */
final class ConfigReload {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigReload.class);

    private ConfigReload() {}

    /**
     * Begins to look.
     *
     * @param listener takes what has changed
     * @param executor may block
     */
    static void start(
            ConfigFollower follower,
            Consumer<LiveConfig> listener,
            ScheduledExecutorService executor,
            Duration interval) {
        executor.scheduleWithFixedDelay(
                () -> look(follower, listener),
                interval.toNanos(),
                interval.toNanos(),
                TimeUnit.NANOSECONDS);
        HangUp.onSignal(() ->
                executor.execute(() -> {
                    if (!look(follower, listener)) {
                        LOG.atInfo().log("SIGHUP: nothing in the configuration to take over");
                    }
                }));
    }

    private static boolean look(ConfigFollower follower, Consumer<LiveConfig> listener) {
        try {
            return follower.look(listener);
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("a changed configuration could not be taken over");
            return false;
        }
    }
}
