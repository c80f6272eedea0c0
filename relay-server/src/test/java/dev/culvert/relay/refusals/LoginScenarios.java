package dev.culvert.relay.refusals;

import static dev.culvert.relay.refusals.Login.HOST;
import static dev.culvert.relay.refusals.Login.OPTIONS;
import static dev.culvert.relay.refusals.Login.PASSWORD;
import static dev.culvert.relay.refusals.Login.SSLMODE;
import static dev.culvert.relay.refusals.Login.USER;

import dev.culvert.front.backend.SessionTimeouts;
import dev.culvert.front.limit.AttemptLimits;
import dev.culvert.front.limit.ConnectionLimits;
import dev.culvert.front.limit.RateLimit;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.listen.ProxyProtocol;
import dev.culvert.relay.config.SessionSettings;
import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.Refusal;
import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.error.SqlState;
import dev.culvert.wire.md5.Md5Verifier;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Clients that do not get in. */
final class LoginScenarios {
    private static final String ADDRESS = "127.0.0.1";
    private static final String CHECK = "Check the user name and the password.";
    private static final String NAME_RULE = "Names have 3 to 63 characters of a-z, 0-9 and hyphen.";

    private static final Frame.User OLD =
            new Frame.User("old", Md5Verifier.fromPassword(RefusingRelay.PASSWORD, "old").encode());

    private LoginScenarios() {}

    static Stream<Scenario> all() {
        return Stream.of(routes(), passwords(), limits(), beginnings()).flatMap(s -> s);
    }

    private static Stream<Scenario> routes() {
        return Stream.of(
                Scenario.of("no SNI and no other route")
                        .login(login -> login.with(HOST, ADDRESS))
                        .shows(
                                "08004",
                                "the connection does not say which tunnel it wants",
                                "Connect to the host NAME.relay.test with TLS, or add"
                                        + " options=tunnel=NAME, or log in as USER.NAME."),
                Scenario.of("two routes that disagree")
                        .login(login -> login.with(OPTIONS, "-c tunnel=other"))
                        .shows(
                                "08004",
                                "the connection names two tunnels: abc123 and other",
                                "Name the tunnel once."),
                Scenario.of("an unknown domain")
                        .login(login -> login.with(HOST, "abc123.elsewhere.test"))
                        .shows(
                                "08004",
                                "the host name \"abc123.elsewhere.test\" does not belong to this"
                                        + " server",
                                "Connect to NAME.relay.test."),
                Scenario.of("a host that is no tunnel name")
                        .login(login -> login.with(HOST, "x.relay.test"))
                        .shows("08004", "\"x\" is not a tunnel name", NAME_RULE),
                Scenario.of("an option that is no tunnel name")
                        .login(login -> login.with(HOST, ADDRESS).with(OPTIONS, "tunnel=No"))
                        .shows("08004", "\"No\" is not a tunnel name", NAME_RULE),
                Scenario.of("a tunnel that nobody has")
                        .login(login -> login.with(HOST, "nobody.relay.test"))
                        .shows(
                                "57P03",
                                "no database is shared under the name \"nobody\" at the moment",
                                "Check the name, or ask the database's owner to share it."),
                Scenario.of("the tunnel in the user, where passwords are MD5 hashes")
                        .user(OLD)
                        .tunnels(settings -> settings.withAllowMd5(true))
                        .login(login -> login.with(HOST, ADDRESS).with(USER, "old.abc123"))
                        .shows(
                                "08004",
                                "the user cannot name the tunnel where passwords are MD5 hashes",
                                "Connect to the tunnel's host name with TLS, or add"
                                        + " options=tunnel=NAME, and log in as old."),
                Scenario.of("plain text where TLS is required")
                        .login(login ->
                                login.with(HOST, ADDRESS)
                                        .with(SSLMODE, "disable")
                                        .with(OPTIONS, "tunnel=abc123"))
                        .shows(
                                "28000",
                                "this server accepts TLS connections only",
                                "Connect with sslmode=require or stronger."),
                // before TLS, of which nobody could say where it ends
                Scenario.of("not through the proxy")
                        .login(login -> login.with(HOST, ADDRESS).with(SSLMODE, "disable"))
                        .front(settings ->
                                settings.withProxyProtocol(
                                        ProxyProtocol.from(
                                                ProxyProtocol.Mode.REQUIRED,
                                                List.of("192.0.2.0/24"))))
                        .shows(
                                "08P01",
                                "this server is reached through its proxy only",
                                "Connect to the proxy's address. If this is the proxy, add it to"
                                        + " the trusted ones."),
                Scenario.of("replication")
                        .login(login -> login.with("replication", "database"))
                        .shows(
                                "0A000",
                                "replication connections are not supported",
                                "Remove \"replication\" from the connection's settings."));
    }

    private static Stream<Scenario> passwords() {
        return Stream.of(
                Scenario.of("a wrong password")
                        .login(login -> login.with(PASSWORD, "wrong"))
                        .shows("28P01", failed("anna"), CHECK),
                Scenario.of("an unknown user")
                        .login(login -> login.with(USER, "nobody"))
                        .shows("28P01", failed("nobody"), CHECK),
                Scenario.of("a user whose time is over")
                        .user(new Frame.User("gone", RefusingRelay.VERIFIER, 1L))
                        .login(login -> login.with(USER, "gone"))
                        .shows("28P01", failed("gone"), CHECK),
                Scenario.of("a wrong password in clear text")
                        .front(settings -> settings.withCleartextPassword(true))
                        .login(login -> login.with(PASSWORD, "wrong"))
                        .shows("28P01", failed("anna"), CHECK),
                Scenario.of("a wrong password by MD5")
                        .user(OLD)
                        .tunnels(settings -> settings.withAllowMd5(true))
                        .login(login -> login.with(USER, "old").with(PASSWORD, "wrong"))
                        .shows("28P01", failed("old"), CHECK),
                Scenario.of("too many wrong passwords")
                        .front(settings ->
                                settings.withLimits(
                                        ConnectionLimits.DEFAULTS,
                                        AttemptLimits.DEFAULTS
                                                .withCounts(1, 20, 100)
                                                .withDelays(Duration.ZERO, Duration.ZERO)
                                                .withBlocks(
                                                        Duration.ofDays(1), Duration.ofDays(1))))
                        .before(relay -> relay.visit(Login.good().with(PASSWORD, "wrong")))
                        .shows(
                                "53400",
                                "too many failed login attempts",
                                "Wait 86400 seconds, and check the password before you try again."),
                Scenario.of("a password that comes too late")
                        .jdbcOnly()
                        .front(settings ->
                                settings.withTimeouts(
                                        settings.tlsTimeout(),
                                        Duration.ofSeconds(1),
                                        settings.startTimeout()))
                        .login(login ->
                                login.with(
                                        "authenticationPluginClassName",
                                        SlowPassword.class.getName()))
                        .shows(
                                "57014",
                                "canceling authentication due to timeout",
                                "Send the password sooner."),
                Scenario.of("an address that the owner does not allow")
                        .allow("192.0.2.0/24")
                        .shows(
                                "28000",
                                "connections to \"abc123\" are not allowed from your address",
                                "Connect from another network, or ask the database's owner to"
                                        + " allow your address, 127.0.0.1."),
                Scenario.of("somebody else's certificate")
                        .certificate("olga")
                        .shows(
                                "28000",
                                "certificate authentication failed for user \"anna\"",
                                "Log in as a user that your client certificate names, or use"
                                        + " another certificate."));
    }

    private static Stream<Scenario> limits() {
        return Stream.of(
                Scenario.of("a database that has its client")
                        .before(RefusingRelay::occupy)
                        .shows(
                                "53300",
                                "the database \"abc123\" has a client already",
                                "Session [0-9a-f]{12} of user anna has it since [0-9TZ:.-]+\\.",
                                "One client at a time can use it. Try again when the other has"
                                        + " disconnected."),
                Scenario.of("a turn that does not come")
                        .mode("queue")
                        .tunnels(queue(Duration.ofSeconds(1), 5))
                        .before(RefusingRelay::occupy)
                        .shows(
                                "53300",
                                "the database \"abc123\" was in use for the 1 seconds that a client"
                                        + " may wait",
                                "One client at a time can use it. Try again later."),
                Scenario.of("a queue that is full")
                        .mode("queue")
                        .tunnels(queue(Duration.ofSeconds(60), 0))
                        .before(RefusingRelay::occupy)
                        .shows(
                                "53300",
                                "0 clients wait for the database \"abc123\" already",
                                "One client at a time can use it. Try again later."),
                Scenario.of("too many connections in total")
                        .front(limits(ConnectionLimits.DEFAULTS.withCounts(1, 9, 9)))
                        .before(RefusingRelay::occupy)
                        .shows(
                                "53300",
                                "sorry, too many clients already",
                                "This server takes 1 connections at a time. Try again in a"
                                        + " moment."),
                Scenario.of("too many connections from an address")
                        .front(limits(ConnectionLimits.DEFAULTS.withCounts(9, 1, 9)))
                        .before(RefusingRelay::occupy)
                        .shows(
                                "53300",
                                "too many connections from your address",
                                "One address may have 1 at a time. Close some of them, or use a"
                                        + " connection pool."),
                Scenario.of("too many connections to a tunnel")
                        .front(limits(ConnectionLimits.DEFAULTS.withCounts(9, 9, 1)))
                        .before(RefusingRelay::occupy)
                        .shows(
                                "53300",
                                "too many connections to \"abc123\"",
                                "One database may have 1 at a time, those that log in included."
                                        + " Try again in a moment."),
                Scenario.of("connecting too fast")
                        .front(
                                limits(
                                        ConnectionLimits.DEFAULTS.withRates(
                                                new RateLimit(100, 100), new RateLimit(1, 1))))
                        .before(relay -> relay.visit(Login.good()))
                        .shows(
                                "53300",
                                "too many new connections",
                                "Connect more slowly, or keep connections open and use them"
                                        + " again."));
    }

    private static Stream<Scenario> beginnings() {
        return Stream.of(
                Scenario.of("a database that does not answer")
                        .start(new ScriptedAgent.Start.Silent())
                        .front(settings ->
                                settings.withTimeouts(
                                        settings.tlsTimeout(),
                                        settings.loginTimeout(),
                                        Duration.ofSeconds(1)))
                        .shows(
                                "57P03",
                                "the database \"abc123\" did not answer within 1 seconds",
                                "It may be busy with a statement of its owner. Try again."),
                Scenario.of("a parameter that the database does not take")
                        .start(
                                new ScriptedAgent.Start.Failed(
                                        ErrorResponse.error(
                                                        SqlState.INVALID_PARAMETER_VALUE,
                                                        "invalid value for parameter \"x\"")
                                                .withHint("Use another.")))
                        .shows("22023", "invalid value for parameter \"x\"", "Use another."),
                Scenario.of("an agent that does not take the session")
                        .start(
                                new ScriptedAgent.Start.Rejected(
                                        new Refusal(
                                                "57P02",
                                                "the database has stopped",
                                                "It was closed.",
                                                "Open it again.")))
                        .shows(
                                "57P02",
                                "the database has stopped",
                                "It was closed\\.",
                                "Open it again."));
    }

    private static String failed(String user) {
        return "password authentication failed for user \"" + user + "\"";
    }

    private static UnaryOperator<FrontSettings> limits(ConnectionLimits limits) {
        return settings -> settings.withLimits(limits, settings.attempts());
    }

    private static UnaryOperator<TunnelSettings> queue(Duration timeout, int maxWaiting) {
        SessionTimeouts timeouts =
                new SessionTimeouts(
                        Duration.ofMinutes(5), Duration.ofMinutes(5), Optional.empty(), timeout);
        return settings ->
                settings.with(new SessionSettings(timeouts, maxWaiting), Duration.ofMinutes(5));
    }
}
