package dev.culvert.relay.tunnel;

import dev.culvert.front.backend.Credentials;
import dev.culvert.front.backend.SessionTimeouts;
import dev.culvert.front.sharing.Sharing;
import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.relay.policy.Access;
import dev.culvert.relay.policy.Grant;
import dev.culvert.relay.policy.Verdict;
import dev.culvert.relay.route.TunnelNames;
import dev.culvert.tunnel.frame.CloseCode;
import dev.culvert.tunnel.frame.Frame;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Decides whether a HELLO becomes a tunnel, and on which terms. Thread-safe. */
final class TunnelAdmission {
    /** What becomes of a HELLO. */
    sealed interface Decision {
        record Admitted(TunnelTerms terms) implements Decision {}

        record Refused(CloseCode code, String message) implements Decision {}
    }

    private final Supplier<TunnelSettings> current;
    private final Access access;
    private final String domain;
    private final String relay;
    private final TunnelNames names = new TunnelNames();

    /** The port that clients connect to; known when the front listens. */
    private volatile int postgresPort;

    /**
     * An admission.
     *
     * @param current the settings at the moment
     */
    TunnelAdmission(Supplier<TunnelSettings> current, Access access, String domain, String relay) {
        this.current = current;
        this.access = access;
        this.domain = domain;
        this.relay = relay;
    }

    void setPostgresPort(int port) {
        postgresPort = port;
    }

    /**
     * Decides.
     *
     * @param wanted the name asked for, by HELLO or by the tunnel that it wants back, or null
     * @param grant what the agent's token permits
     */
    Decision decide(Frame.Hello hello, @Nullable String wanted, Grant grant) {
        String name = wanted == null ? grant.usualName().orElse(null) : wanted;
        Optional<SharingMode> mode = SharingMode.of(hello.mode());
        if (mode.isEmpty()) {
            return new Decision.Refused(
                    CloseCode.HELLO_REFUSED, "this relay has no sharing mode " + hello.mode());
        }
        if (name != null && !TunnelNames.isValid(name)) {
            return new Decision.Refused(
                    CloseCode.HELLO_REFUSED,
                    "a tunnel name has 3 to 63 characters of a-z, 0-9 and hyphen");
        }
        Optional<Verdict.Refused> refusal = access.refuses(grant, name, mode.get().label());
        if (refusal.isPresent()) {
            return new Decision.Refused(refusal.get().code(), refusal.get().message());
        }
        TunnelSettings settings = current.get();
        Credentials credentials;
        try {
            credentials = HelloCredentials.of(hello, settings);
        } catch (IllegalArgumentException e) {
            return new Decision.Refused(CloseCode.HELLO_REFUSED, String.valueOf(e.getMessage()));
        }
        return new Decision.Admitted(
                new TunnelTerms(
                        name == null ? freeName() : name,
                        grant,
                        credentials,
                        hello.backend(),
                        mode.get(),
                        timeouts(hello, settings.sessions().timeouts()),
                        atMost(hello.lifetime(), lifetime(grant, settings.lifetime())),
                        hello.resumable() ? settings.resume().grace() : Duration.ZERO,
                        new TunnelWire.Sizes(
                                hello.window(), settings.windows(), settings.maxPayload())));
    }

    private static Duration lifetime(Grant grant, Duration limit) {
        return grant.lifetime().filter(own -> own.compareTo(limit) < 0).orElse(limit);
    }

    private String freeName() {
        String name = names.next();
        while (!access.isFree(name)) {
            name = names.next();
        }
        return name;
    }

    /**
     * The relay's greeting.
     *
     * @param received sequenced frames that the relay has received, of a tunnel that is resumed, or
     *     null
     */
    Frame.Welcome welcome(LiveTunnel tunnel, @Nullable Long received) {
        TunnelTerms terms = tunnel.terms();
        return new Frame.Welcome(
                relay,
                tunnel.name(),
                tunnel.name() + "." + domain,
                postgresPort,
                seconds(terms.timeouts().idle()),
                seconds(terms.lifetime()),
                new Frame.Timeouts(
                        seconds(terms.timeouts().idleInTransaction()),
                        terms.timeouts().statement().map(TunnelAdmission::seconds).orElse(null),
                        terms.mode() == SharingMode.QUEUE
                                ? seconds(terms.timeouts().queue())
                                : null),
                terms.sizes().maxPayload(),
                terms.sizes().ownWindows().initial(),
                terms.isResumable()
                        ? new Frame.Resumption(
                                tunnel.secrets().own().reveal(), seconds(terms.grace()), received)
                        : null);
    }

    /** Who has the backend of a tunnel on these terms. */
    Sharing sharing(TunnelTerms terms) {
        return terms.mode().sharing(current.get().sessions().maxWaiting());
    }

    private static SessionTimeouts timeouts(Frame.Hello hello, SessionTimeouts limits) {
        Frame.Timeouts asked = hello.timeouts();
        // who wants sessions to end early wants those with a transaction open to end, too
        Integer idleInTransaction =
                asked.idleInTransaction() != null ? asked.idleInTransaction() : hello.idleTimeout();
        Integer statement = asked.statement();
        return new SessionTimeouts(
                atMost(hello.idleTimeout(), limits.idle()),
                atMost(idleInTransaction, limits.idleInTransaction()),
                limits.statement()
                        .map(limit -> atMost(statement, limit))
                        .or(() -> Optional.ofNullable(statement).map(Duration::ofSeconds)),
                atMost(asked.queue(), limits.queue()));
    }

    private static int seconds(Duration duration) {
        return Math.toIntExact(duration.toSeconds());
    }

    private static Duration atMost(@Nullable Integer askedSeconds, Duration limit) {
        if (askedSeconds == null) {
            return limit;
        }
        Duration asked = Duration.ofSeconds(askedSeconds);
        return asked.compareTo(limit) < 0 ? asked : limit;
    }
}
