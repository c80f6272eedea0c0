package dev.culvert.agent.cli;

import dev.culvert.relay.config.DrainSettings;
import java.time.Duration;
import picocli.CommandLine.Option;

/** Options about what a relay does when it is asked to stop. */
final class DrainOptions {
    private static final DrainSettings DEFAULTS = DrainSettings.DEFAULTS;

    @Option(
            names = "--drain-delay",
            paramLabel = "SECONDS",
            description =
                    "After SIGTERM: how long to go on as before, not ready, so that load balancers"
                            + " notice (0).")
    private long delaySeconds = DEFAULTS.delay().toSeconds();

    @Option(
            names = "--drain-spread",
            paramLabel = "SECONDS",
            description = "Over how long agents are then asked to move to another relay (5).")
    private long spreadSeconds = DEFAULTS.spread().toSeconds();

    @Option(
            names = "--drain-idle-wait",
            paramLabel = "SECONDS",
            description = "How long after that sessions outside of a transaction may be idle (5).")
    private long idleWaitSeconds = DEFAULTS.idleWait().toSeconds();

    @Option(
            names = "--drain-deadline",
            paramLabel = "SECONDS",
            description = "How long after SIGTERM what is left is cut off (25).")
    private long deadlineSeconds = DEFAULTS.deadline().toSeconds();

    @Option(
            names = "--drain-message",
            paramLabel = "TEXT",
            description = "What the databases' owners read meanwhile (${DEFAULT-VALUE}).",
            defaultValue = "the relay is shutting down")
    private String message = "the relay is shutting down";

    /** What agents are told. */
    String message() {
        return message;
    }

    /** The settings that the options stand for. */
    DrainSettings settings() {
        return new DrainSettings(
                Duration.ofSeconds(delaySeconds),
                Duration.ofSeconds(spreadSeconds),
                Duration.ofSeconds(idleWaitSeconds),
                Duration.ofSeconds(deadlineSeconds));
    }
}
