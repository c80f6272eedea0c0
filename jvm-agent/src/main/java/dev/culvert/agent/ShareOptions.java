package dev.culvert.agent;

import dev.culvert.agent.dial.ProxyAddress;
import dev.culvert.agent.dial.TransportSettings;
import dev.culvert.tunnel.credit.WindowLimits;
import dev.culvert.tunnel.frame.Frame;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How to share a database. Immutable: each method below gives other options, and refuses what makes
 * no sense with an {@link IllegalArgumentException}.
 */
public final class ShareOptions {
    /** PROTOCOL.md section 3. */
    private static final Pattern TUNNEL_NAME = Pattern.compile("[a-z0-9][a-z0-9-]{1,61}[a-z0-9]");

    private static final WindowLimits DEFAULT_WINDOWS =
            new WindowLimits(262_144, 4_194_304, 8_388_608);

    private URI relay;
    private @Nullable Vertx vertx;
    private @Nullable Buffer trusted;
    private TransportSettings.@Nullable ClientCertificate clientCertificate;
    private @Nullable ProxyAddress proxy;
    private @Nullable String name;
    private @Nullable String token;
    private String user = "postgres";
    private String password = SharedUser.randomPassword();
    private @Nullable Instant expires;
    private List<SharedUser> others = List.of();
    private SharingMode mode = SharingMode.EXCLUSIVE;
    private List<String> allow = List.of();
    private @Nullable Integer idleTimeout;
    private @Nullable Integer lifetime;
    private Frame.Timeouts timeouts = Frame.Timeouts.NONE;
    private WindowLimits windows = DEFAULT_WINDOWS;
    private int maxSessions = 100;
    private Duration connectTimeout = Duration.ofSeconds(20);
    private String backendVersion = "unknown";
    private String database = "postgres";
    private ShareListener listener = ShareListener.NONE;

    private ShareOptions(URI relay) {
        this.relay = relay;
    }

    private ShareOptions(ShareOptions other) {
        relay = other.relay;
        vertx = other.vertx;
        trusted = other.trusted;
        clientCertificate = other.clientCertificate;
        proxy = other.proxy;
        name = other.name;
        token = other.token;
        user = other.user;
        password = other.password;
        expires = other.expires;
        others = other.others;
        mode = other.mode;
        allow = other.allow;
        idleTimeout = other.idleTimeout;
        lifetime = other.lifetime;
        timeouts = other.timeouts;
        windows = other.windows;
        maxSessions = other.maxSessions;
        connectTimeout = other.connectTimeout;
        backendVersion = other.backendVersion;
        database = other.database;
        listener = other.listener;
    }

    /**
     * Through this relay, with a random password of 192 bits for the user {@code postgres}.
     *
     * @param relay {@code wss://host:port} or {@code https://host:port}
     */
    public static ShareOptions through(URI relay) {
        String scheme = relay.getScheme();
        require(
                relay.getHost() != null && ("wss".equals(scheme) || "https".equals(scheme)),
                "the relay's address is no wss://HOST:PORT: " + relay);
        return new ShareOptions(relay);
    }

    /** Runs on this Vert.x. Default: one of its own, which ends with the sharing. */
    public ShareOptions on(Vertx newVertx) {
        ShareOptions made = new ShareOptions(this);
        made.vertx = newVertx;
        return made;
    }

    /** Trusts these certificates, in PEM, in place of Java's own: for a development CA. */
    public ShareOptions trusting(Buffer pem) {
        ShareOptions made = new ShareOptions(this);
        made.trusted = pem;
        return made;
    }

    /**
     * Shows this certificate to a relay that asks for one.
     *
     * @param chain in PEM, the certificate first
     * @param key in PEM, not encrypted
     */
    public ShareOptions clientCertificate(Buffer chain, Buffer key) {
        ShareOptions made = new ShareOptions(this);
        made.clientCertificate = new TransportSettings.ClientCertificate(chain, key);
        return made;
    }

    /** Goes through this proxy. Default: none. */
    public ShareOptions proxy(ProxyAddress newProxy) {
        ShareOptions made = new ShareOptions(this);
        made.proxy = newProxy;
        return made;
    }

    /**
     * Goes through the proxy that {@code HTTPS_PROXY} and {@code NO_PROXY} of an environment, such
     * as {@link System#getenv()}, name.
     */
    public ShareOptions proxyFrom(Map<String, String> environment) {
        ShareOptions made = new ShareOptions(this);
        made.proxy = ProxyAddress.fromEnvironment(environment, relay).orElse(null);
        return made;
    }

    /** Asks for this tunnel name. Default: the relay makes one. */
    public ShareOptions named(String newName) {
        require(
                TUNNEL_NAME.matcher(newName).matches(),
                "\"" + newName + "\" is no tunnel name: 3 to 63 of a-z, 0-9 and -, no - at an end");
        ShareOptions made = new ShareOptions(this);
        made.name = newName;
        return made;
    }

    /** Proof that this agent may open a tunnel, if the relay asks for one. */
    public ShareOptions token(String newToken) {
        ShareOptions made = new ShareOptions(this);
        made.token = newToken;
        return made;
    }

    /** The user name that clients log in with. Default: {@code postgres}. */
    public ShareOptions user(String newUser) {
        requireText(newUser, "the user");
        ShareOptions made = new ShareOptions(this);
        made.user = newUser;
        return made;
    }

    /** The password that clients log in with. */
    public ShareOptions password(String newPassword) {
        requireText(newPassword, "the password");
        ShareOptions made = new ShareOptions(this);
        made.password = newPassword;
        return made;
    }

    /** From this moment on the user may neither log in nor stay connected. Default: never. */
    public ShareOptions expires(Instant moment) {
        ShareOptions made = new ShareOptions(this);
        made.expires = moment;
        return made;
    }

    /** More users, each with a password of its own. Default: none. */
    public ShareOptions users(List<SharedUser> more) {
        require(more.size() < Frame.Hello.MAX_USERS, "more users than " + Frame.Hello.MAX_USERS);
        ShareOptions made = new ShareOptions(this);
        made.others = List.copyOf(more);
        return made;
    }

    /** What happens to a client while another has the database. Default: it is refused. */
    public ShareOptions mode(SharingMode newMode) {
        ShareOptions made = new ShareOptions(this);
        made.mode = newMode;
        return made;
    }

    /** Ranges of addresses that clients may come from, as {@code 203.0.113.0/24}. Default: all. */
    public ShareOptions allow(List<String> ranges) {
        require(
                ranges.size() <= Frame.Hello.MAX_ALLOW,
                "more ranges than " + Frame.Hello.MAX_ALLOW);
        ShareOptions made = new ShareOptions(this);
        made.allow = List.copyOf(new ArrayList<>(ranges));
        return made;
    }

    /** How long a session may wait for its client. Default and upper bound: the relay's. */
    public ShareOptions idleTimeout(Duration time) {
        ShareOptions made = new ShareOptions(this);
        made.idleTimeout = seconds(time);
        return made;
    }

    /** When sharing ends by itself. Default and upper bound: the relay's. */
    public ShareOptions lifetime(Duration time) {
        ShareOptions made = new ShareOptions(this);
        made.lifetime = seconds(time);
        return made;
    }

    /**
     * Other times, each empty for the relay's own.
     *
     * @param idleInTransaction how long a session may wait for its client in a transaction
     * @param statement how long a batch may run
     * @param queue how long a client may wait for its turn
     */
    public ShareOptions timeouts(
            Optional<Duration> idleInTransaction,
            Optional<Duration> statement,
            Optional<Duration> queue) {
        ShareOptions made = new ShareOptions(this);
        made.timeouts =
                new Frame.Timeouts(
                        idleInTransaction.map(ShareOptions::seconds).orElse(null),
                        statement.map(ShareOptions::seconds).orElse(null),
                        queue.map(ShareOptions::seconds).orElse(null));
        return made;
    }

    /**
     * Bytes that the relay may send ahead, and what that grows to over a long path. Default: 262
     * 144, growing to 4 194 304 per session and 8 388 608 together.
     */
    public ShareOptions windows(WindowLimits newWindows) {
        int initial = newWindows.initial();
        require(
                initial >= Frame.Hello.MIN_WINDOW && initial <= Frame.Hello.MAX_WINDOW,
                "a window of " + initial + " bytes");
        ShareOptions made = new ShareOptions(this);
        made.windows = newWindows;
        return made;
    }

    /** Sessions at a time; more are refused with 53300. Default: 100. */
    public ShareOptions maxSessions(int most) {
        require(most > 0, "room for no session");
        ShareOptions made = new ShareOptions(this);
        made.maxSessions = most;
        return made;
    }

    /** How long the relay has to answer. Default: 20 seconds. */
    public ShareOptions connectTimeout(Duration time) {
        require(time.isPositive(), "no time to connect");
        ShareOptions made = new ShareOptions(this);
        made.connectTimeout = time;
        return made;
    }

    /** The database's version, for people. */
    public ShareOptions backendVersion(String version) {
        ShareOptions made = new ShareOptions(this);
        made.backendVersion = version;
        return made;
    }

    /** The database's name, for {@link Share#url}. Default: {@code postgres}, as PGlite's is. */
    public ShareOptions database(String name) {
        ShareOptions made = new ShareOptions(this);
        made.database = name;
        return made;
    }

    /** Who hears of what happens. */
    public ShareOptions listener(ShareListener newListener) {
        ShareOptions made = new ShareOptions(this);
        made.listener = newListener;
        return made;
    }

    URI relay() {
        return relay;
    }

    @Nullable Vertx vertx() {
        return vertx;
    }

    TransportSettings transport() {
        return new TransportSettings(
                Optional.ofNullable(trusted),
                Optional.ofNullable(clientCertificate),
                Optional.ofNullable(proxy),
                connectTimeout);
    }

    String user() {
        return user;
    }

    String password() {
        return password;
    }

    List<SharedUser> users() {
        return others;
    }

    String database() {
        return database;
    }

    WindowLimits windows() {
        return windows;
    }

    int maxSessions() {
        return maxSessions;
    }

    Duration connectTimeout() {
        return connectTimeout;
    }

    ShareListener listener() {
        return listener;
    }

    /** Everybody who may connect: the user first, then the others. */
    private List<SharedUser> everybody() {
        SharedUser first = SharedUser.withPassword(user, password);
        List<SharedUser> all = new ArrayList<>();
        all.add(expires == null ? first : first.expiring(expires));
        all.addAll(others);
        return all;
    }

    /**
     * What the relay is told: of passwords, only verifiers.
     *
     * @throws IllegalArgumentException when a user is named twice
     */
    Frame.Hello hello(Frame.Backend.Kind kind) {
        Set<String> names = new HashSet<>();
        for (SharedUser each : everybody()) {
            require(names.add(each.name()), "\"" + each.name() + "\" is named twice");
        }
        return new Frame.Hello(
                Culvert.AGENT,
                name,
                token,
                mode == SharingMode.EXCLUSIVE ? null : "queue",
                everybody().stream().map(SharedUser::told).toList(),
                allow,
                new Frame.Backend(kind, backendVersion),
                idleTimeout,
                lifetime,
                timeouts,
                windows.initial(),
                true,
                null);
    }

    private static int seconds(Duration time) {
        require(time.toSeconds() > 0, "less than a second: " + time);
        return (int) Math.min(Integer.MAX_VALUE, time.toSeconds());
    }

    private static void requireText(String text, String what) {
        require(!text.isEmpty() && text.indexOf('\0') < 0, what + " is empty, or has a zero byte");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
