package dev.culvert.agent.config;

import dev.culvert.front.limit.AttemptLimits;
import dev.culvert.front.limit.ConnectionLimits;
import dev.culvert.front.limit.RateLimit;
import java.time.Duration;

/** How many connections and wrong passwords are taken. */
final class LimitSections {
    private static final ConnectionLimits CONNECTION_DEFAULTS = ConnectionLimits.DEFAULTS;
    private static final AttemptLimits ATTEMPT_DEFAULTS = AttemptLimits.DEFAULTS;

    /** So that bursts can be counted, too. */
    private static final int MAX_RATE = 1_000_000;

    static final Setting<Integer> TOTAL =
            connections(
                    "total",
                    "--max-connections",
                    CONNECTION_DEFAULTS.total(),
                    "Most client connections at a time.");

    static final Setting<Integer> PER_ADDRESS =
            connections(
                    "perAddress",
                    "--max-connections-per-address",
                    CONNECTION_DEFAULTS.perAddress(),
                    "Most of them from one address.");

    static final Setting<Integer> PER_TUNNEL =
            connections(
                    "perTunnel",
                    "--max-connections-per-tunnel",
                    CONNECTION_DEFAULTS.perTunnel(),
                    "Most of them to one database.");

    static final Setting<Integer> NEW_CONNECTIONS =
            connections(
                    "newConnections",
                    "--new-connections",
                    CONNECTION_DEFAULTS.newConnections().perSecond(),
                    "Most new connections a second; twice as many in a burst.");

    static final Setting<Integer> NEW_PER_ADDRESS =
            connections(
                    "newPerAddress",
                    "--new-connections-per-address",
                    CONNECTION_DEFAULTS.newPerAddress().perSecond(),
                    "Most of them from one address; five times as many in a burst.");

    static final Setting<Integer> READABLE_REFUSALS =
            connections(
                    "readableRefusals",
                    "--readable-refusals",
                    CONNECTION_DEFAULTS.readableRefusals(),
                    "Connections beyond a limit that are kept, at a time, until the client can read"
                            + " why.");

    static final Section CONNECTIONS =
            Section.of(
                    "connections",
                    "How many connections are taken, see [limits.md](limits.md).",
                    TOTAL,
                    PER_ADDRESS,
                    PER_TUNNEL,
                    NEW_CONNECTIONS,
                    NEW_PER_ADDRESS,
                    READABLE_REFUSALS);

    static final Setting<Integer> FAILURES_PER_ADDRESS =
            failures(
                    "perAddress",
                    "--failed-logins-per-address",
                    ATTEMPT_DEFAULTS.perAddress(),
                    "Wrong passwords of an address at one database before it is blocked.");

    static final Setting<Integer> FAILURES_EVERYWHERE =
            failures(
                    "perAddressEverywhere",
                    "--failed-logins-per-address-everywhere",
                    ATTEMPT_DEFAULTS.perAddressEverywhere(),
                    "The same at all databases together.");

    static final Setting<Integer> FAILURES_PER_TUNNEL =
            failures(
                    "perTunnel",
                    "--failed-logins-per-tunnel",
                    ATTEMPT_DEFAULTS.perTunnel(),
                    "Wrong passwords at a database before addresses that are new to it are"
                            + " blocked.");

    static final Setting<Duration> FIRST_DELAY =
            time(
                    "firstDelay",
                    "--failed-login-delay",
                    ATTEMPT_DEFAULTS.firstDelay(),
                    "Delay of the answer to the first wrong password; then it doubles.");

    static final Setting<Duration> LONGEST_DELAY =
            time(
                    "longestDelay",
                    "--failed-login-longest-delay",
                    ATTEMPT_DEFAULTS.longestDelay(),
                    "Longest delay of such an answer.");

    static final Setting<Duration> FIRST_BLOCK =
            time(
                    "firstBlock",
                    "--failed-login-block",
                    ATTEMPT_DEFAULTS.firstBlock(),
                    "How long the first block lasts; then it doubles.");

    static final Setting<Duration> LONGEST_BLOCK =
            time(
                    "longestBlock",
                    "--failed-login-longest-block",
                    ATTEMPT_DEFAULTS.longestBlock(),
                    "How long any block lasts at most.");

    static final Setting<Duration> FORGET_AFTER =
            time(
                    "forgetAfter",
                    "--failed-logins-forget-after",
                    ATTEMPT_DEFAULTS.forgetAfter(),
                    "When the last wrong password is forgotten.");

    static final Setting<Duration> HALVE_AFTER =
            time(
                    "halveAfter",
                    "--failed-logins-halve-after",
                    ATTEMPT_DEFAULTS.halveAfter(),
                    "How often the counts of many clients together are halved.");

    static final Setting<Integer> RECORDS =
            failures(
                    "records",
                    "--failed-login-records",
                    ATTEMPT_DEFAULTS.records(),
                    "Records in each of three tables of fixed size, a power of two.");

    static final Section ATTEMPTS =
            Section.of(
                    "attempts",
                    "How many wrong passwords are put up with, see [limits.md](limits.md).",
                    FAILURES_PER_ADDRESS,
                    FAILURES_EVERYWHERE,
                    FAILURES_PER_TUNNEL,
                    FIRST_DELAY,
                    LONGEST_DELAY,
                    FIRST_BLOCK,
                    LONGEST_BLOCK,
                    FORGET_AFTER,
                    HALVE_AFTER,
                    RECORDS);

    private LimitSections() {}

    static ConnectionLimits connections(Values values) {
        int all = rate(values, NEW_CONNECTIONS);
        int ofAddress = rate(values, NEW_PER_ADDRESS);
        return new ConnectionLimits(
                values.get(TOTAL),
                values.get(PER_ADDRESS),
                values.get(PER_TUNNEL),
                new RateLimit(all, 2 * all),
                new RateLimit(ofAddress, 5 * ofAddress),
                values.get(READABLE_REFUSALS));
    }

    private static int rate(Values values, Setting<Integer> setting) {
        int rate = values.get(setting);
        if (rate < 1 || rate > MAX_RATE) {
            throw new IllegalArgumentException(
                    setting.key() + " " + rate + " is not from 1 to " + MAX_RATE);
        }
        return rate;
    }

    static AttemptLimits attempts(Values values) {
        return new AttemptLimits(
                values.get(FAILURES_PER_ADDRESS),
                values.get(FAILURES_EVERYWHERE),
                values.get(FAILURES_PER_TUNNEL),
                values.get(FIRST_DELAY),
                values.get(LONGEST_DELAY),
                values.get(FIRST_BLOCK),
                values.get(LONGEST_BLOCK),
                values.get(FORGET_AFTER),
                values.get(HALVE_AFTER),
                values.get(RECORDS));
    }

    private static Setting<Integer> connections(String name, String flag, int usual, String doc) {
        return Setting.of("connections." + name, flag, SettingType.NUMBER, usual, doc)
                .changesLive();
    }

    private static Setting<Integer> failures(String name, String flag, int usual, String doc) {
        return Setting.of("attempts." + name, flag, SettingType.NUMBER, usual, doc);
    }

    private static Setting<Duration> time(String name, String flag, Duration usual, String doc) {
        return Setting.of("attempts." + name, flag, SettingType.SECONDS, usual, doc);
    }
}
