package dev.culvert.agent.cli;

import dev.culvert.agent.config.ConfigFollower;
import dev.culvert.agent.config.LiveConfig;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
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
     * @param certificates looks at the certificates, besides when they are looked at anyway
     * @param executor may block
     */
    static void start(
            ConfigFollower follower,
            Consumer<LiveConfig> listener,
            Runnable certificates,
            ScheduledExecutorService executor,
            Duration interval) {
        executor.scheduleWithFixedDelay(
                () -> guarded(() -> follower.look(listener)),
                interval.toNanos(),
                interval.toNanos(),
                TimeUnit.NANOSECONDS);
        HangUp.onSignal(() -> {
            try {
                executor.execute(() -> guarded(() -> lookNow(follower, listener, certificates)));
            } catch (RejectedExecutionException e) {
                LOG.atInfo().log("SIGHUP: the relay is being drained");
            }
        });
    }

    private static void lookNow(
            ConfigFollower follower, Consumer<LiveConfig> listener, Runnable certificates) {
        certificates.run();
        if (follower.lookAnew(listener) == ConfigFollower.Outcome.SAME) {
            LOG.atInfo().log("SIGHUP: nothing in the configuration has changed");
        }
    }

    /** A task that throws would be the last. */
    private static void guarded(Runnable look) {
        try {
            look.run();
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("a changed configuration could not be taken over");
        }
    }
}
