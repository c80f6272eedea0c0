package dev.culvert.agent.cli;

import dev.culvert.front.limit.AttemptLimits;
import java.time.Duration;
import picocli.CommandLine.Option;

/** Options about wrong passwords. */
final class FailedLoginOptions {
    private static final AttemptLimits DEFAULTS = AttemptLimits.DEFAULTS;

    @Option(
            names = "--failed-logins-per-address",
            paramLabel = "N",
            description = "Wrong passwords of an address at one database before it is blocked (5).")
    private int perAddress = DEFAULTS.perAddress();

    @Option(
            names = "--failed-logins-per-address-everywhere",
            paramLabel = "N",
            description = "The same at all databases together (20).")
    private int perAddressEverywhere = DEFAULTS.perAddressEverywhere();

    @Option(
            names = "--failed-logins-per-tunnel",
            paramLabel = "N",
            description =
                    "Wrong passwords at a database before addresses that are new to it are blocked"
                            + " (100).")
    private int perTunnel = DEFAULTS.perTunnel();

    @Option(
            names = "--failed-login-delay",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description =
                    "Delay of the answer to the first wrong password (0.25); then it doubles.")
    private Duration firstDelay = DEFAULTS.firstDelay();

    @Option(
            names = "--failed-login-longest-delay",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "Longest delay of such an answer (4).")
    private Duration longestDelay = DEFAULTS.longestDelay();

    @Option(
            names = "--failed-login-block",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "How long the first block lasts (30); then it doubles.")
    private Duration firstBlock = DEFAULTS.firstBlock();

    @Option(
            names = "--failed-login-longest-block",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "How long any block lasts at most (900).")
    private Duration longestBlock = DEFAULTS.longestBlock();

    @Option(
            names = "--failed-logins-forget-after",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "When the last wrong password is forgotten (3600).")
    private Duration forgetAfter = DEFAULTS.forgetAfter();

    @Option(
            names = "--failed-logins-halve-after",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "How often the counts of many clients together are halved (900).")
    private Duration halveAfter = DEFAULTS.halveAfter();

    @Option(
            names = "--failed-login-records",
            paramLabel = "N",
            description = "Records in each of three tables of fixed size, a power of two (16384).")
    private int records = DEFAULTS.records();

    AttemptLimits limits() {
        return new AttemptLimits(
                perAddress,
                perAddressEverywhere,
                perTunnel,
                firstDelay,
                longestDelay,
                firstBlock,
                longestBlock,
                forgetAfter,
                halveAfter,
                records);
    }
}
