package dev.culvert.relay.refusals;

import dev.culvert.front.backend.SessionTimeouts;
import dev.culvert.relay.config.SessionSettings;
import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Clients whose session ends although they go on. */
final class SessionScenarios {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final String STATEMENT = "SELECT 1";
    private static final String SHARE_AGAIN = "Ask the database's owner to share it again.";

    /** For what the relay does by itself when it is time. */
    private static final Scenario.Step NOTHING = _ -> {};

    private SessionScenarios() {}

    static Stream<Scenario> all() {
        return Stream.of(
                Scenario.of("idle for too long")
                        .tunnels(idle(Duration.ofSeconds(1)))
                        .session(STATEMENT, NOTHING)
                        .shows(
                                "57P05",
                                "terminating connection due to idle-session timeout",
                                "The session waited for its client for 1 seconds."),
                Scenario.of("idle for too long in a transaction")
                        .tunnels(idle(Duration.ofSeconds(1)))
                        .session("BEGIN", NOTHING)
                        .shows(
                                "25P03",
                                "terminating connection due to idle-in-transaction timeout",
                                "The transaction was rolled back after 1 seconds without a"
                                        + " statement."),
                Scenario.of("the tunnel's lifetime is over")
                        .tunnels(settings ->
                                settings.with(SessionSettings.DEFAULTS, Duration.ofSeconds(5)))
                        .session(STATEMENT, NOTHING)
                        .shows("57P01", "the tunnel's lifetime of 5 seconds is over", SHARE_AGAIN),
                Scenario.of("the user's time is over")
                        .user(() ->
                                new Frame.User(
                                        "guest",
                                        RefusingRelay.VERIFIER,
                                        Instant.now().plusSeconds(5).getEpochSecond()))
                        .login(login -> login.with(Login.USER, "guest"))
                        .session(STATEMENT, NOTHING)
                        .shows(
                                "57P01",
                                "the access of user \"guest\" has expired",
                                "Ask the database's owner to let you in again."),
                Scenario.of("the owner stops sharing")
                        .session(STATEMENT, relay -> relay.agent().stop())
                        .shows("57P01", "the database's owner stopped sharing it", SHARE_AGAIN),
                Scenario.of("the relay shuts down")
                        .session(STATEMENT, RefusingRelay::drain)
                        .shows("57P01", "the relay is shutting down", "Connect again in a moment."),
                Scenario.of("the agent is lost")
                        .session(STATEMENT, relay -> relay.agent().vanish())
                        .shows(
                                "08006",
                                "the connection to the database was lost",
                                "Its page or program may have been closed. Connect again when it"
                                        + " is back."),
                Scenario.of("the agent ends the session")
                        .session(
                                STATEMENT,
                                relay ->
                                        relay.agent()
                                                .endSession(
                                                        new Refusal(
                                                                "54000",
                                                                "the batch is too large",
                                                                "It was 12.",
                                                                "Send it in pieces.")))
                        .shows(
                                "54000",
                                "the batch is too large",
                                "It was 12\\.",
                                "Send it in pieces."));
    }

    private static UnaryOperator<TunnelSettings> idle(Duration timeout) {
        SessionTimeouts timeouts = new SessionTimeouts(timeout, timeout, Optional.empty(), LONG);
        return settings -> settings.with(new SessionSettings(timeouts, 10), LONG);
    }
}
