package dev.culvert.relay.refusals;

import dev.culvert.front.listen.FrontSettings;
import dev.culvert.relay.config.TunnelSettings;
import dev.culvert.tunnel.frame.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A way to be refused, or to have one's session ended, and what a client shows then. */
final class Scenario {
    /** Something that happens. */
    interface Step {
        void run(RefusingRelay relay) throws Exception;
    }

    private final String name;
    private final List<Supplier<Frame.User>> users = new ArrayList<>();
    private UnaryOperator<FrontSettings> front = UnaryOperator.identity();
    private UnaryOperator<TunnelSettings> tunnels = UnaryOperator.identity();
    private List<String> allow = List.of();
    private ScriptedAgent.Start start = new ScriptedAgent.Start.Good();
    private @Nullable String mode;
    private Step before = _ -> {};
    private Login login = Login.good();
    private @Nullable String certificate;
    private @Nullable String statement;
    private Step end = _ -> {};
    private boolean jdbcOnly;
    private Shown expected = new Shown("", "", null, null);

    private Scenario(String name) {
        this.name = name;
        users.add(() -> new Frame.User("anna", RefusingRelay.VERIFIER));
    }

    static Scenario of(String name) {
        return new Scenario(name);
    }

    Scenario front(UnaryOperator<FrontSettings> change) {
        front = change;
        return this;
    }

    Scenario tunnels(UnaryOperator<TunnelSettings> change) {
        tunnels = change;
        return this;
    }

    Scenario user(Frame.User user) {
        return user(() -> user);
    }

    /** A user that is made when the scenario is played. */
    Scenario user(Supplier<Frame.User> user) {
        users.add(user);
        return this;
    }

    Scenario allow(String range) {
        allow = List.of(range);
        return this;
    }

    /** What happens to clients while another has the database. */
    Scenario mode(String newMode) {
        mode = newMode;
        return this;
    }

    Scenario start(ScriptedAgent.Start how) {
        start = how;
        return this;
    }

    /** What happens before the client comes. */
    Scenario before(Step step) {
        before = step;
        return this;
    }

    Scenario login(UnaryOperator<Login> change) {
        login = change.apply(login);
        return this;
    }

    Scenario certificate(String commonName) {
        certificate = commonName;
        return this;
    }

    Scenario jdbcOnly() {
        jdbcOnly = true;
        return this;
    }

    /** The client gets in, and runs a statement; then its session ends. */
    Scenario session(String firstStatement, Step how) {
        statement = firstStatement;
        end = how;
        return this;
    }

    Scenario shows(String sqlState, String message, @Nullable String hint) {
        return shows(sqlState, message, null, hint);
    }

    /** What is shown; the detail is a regular expression. */
    Scenario shows(
            String sqlState, String message, @Nullable String detail, @Nullable String hint) {
        expected = new Shown(sqlState, message, detail, hint);
        return this;
    }

    boolean isFor(Driver driver) {
        return !jdbcOnly || driver instanceof PgjdbcDriver;
    }

    Shown play(RefusingRelay relay, Driver driver) throws Exception {
        before.run(relay);
        Login with = certificate == null ? login : relay.withCertificate(login, certificate);
        return statement == null
                ? driver.refusal(relay, with)
                : driver.ending(relay, with, statement, end);
    }

    Shown expected() {
        return expected;
    }

    FrontSettings front(FrontSettings settings) {
        return front.apply(settings);
    }

    TunnelSettings tunnels(TunnelSettings settings) {
        return tunnels.apply(settings);
    }

    List<Frame.User> users() {
        return users.stream().map(Supplier::get).toList();
    }

    @Nullable String mode() {
        return mode;
    }

    List<String> allow() {
        return allow;
    }

    ScriptedAgent.Start start() {
        return start;
    }

    @Override
    public String toString() {
        return name;
    }
}
