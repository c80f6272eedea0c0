package dev.culvert.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.agent.SharingMode;
import dev.culvert.front.backend.SessionTimeouts;
import dev.culvert.front.refuse.Reason;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.relay.config.SessionSettings;
import dev.culvert.relay.config.TunnelSettings;
import java.io.BufferedReader;
import java.io.Writer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The idle timeout and the tunnel's lifetime, with short settings and the system's clock. */
class TimeoutsIT {
    private static final Duration LONG = Duration.ofMinutes(5);

    @ParameterizedTest
    @EnumSource(
            value = Agent.Kind.class,
            names = {"NODE", "JVM"})
    void an_idle_session_ends_with_57P05_and_a_busy_one_does_not(Agent.Kind agent)
            throws Exception {
        try (SharedDatabase database =
                SharedDatabase.start(
                        agent, settings(Duration.ofSeconds(2), LONG), SharingMode.EXCLUSIVE)) {
            // the clock stands still while a statement runs: this one takes longer than the timeout
            Psql.Result busy =
                    database.psql()
                            .run(
                                    "SELECT count(*) FROM generate_series(1, 3000)"
                                            + " WHERE pg_sleep(0.001) IS NOT NULL");
            assertThat(busy.out()).isEqualTo("3000\n");
            assertThat(database.endings.take().reason()).isEqualTo(Reason.TERMINATED);

            assertThat(messageAfter(database, "SELECT 'waiting';\n", "waiting"))
                    .contains("57P05")
                    .contains("idle-session timeout");
            assertThat(ending(database)).isEqualTo(Reason.IDLE);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Agent.Kind.class,
            names = {"NODE", "JVM"})
    void an_idle_transaction_ends_with_25P03(Agent.Kind agent) throws Exception {
        try (SharedDatabase database =
                SharedDatabase.start(
                        agent, settings(Duration.ofSeconds(1), LONG), SharingMode.EXCLUSIVE)) {
            assertThat(messageAfter(database, "BEGIN; SELECT 'waiting';\n", "waiting"))
                    .contains("25P03");
            assertThat(ending(database)).isEqualTo(Reason.IDLE_IN_TRANSACTION);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Agent.Kind.class,
            names = {"NODE", "JVM"})
    void the_tunnels_lifetime_ends_its_session_with_57P01(Agent.Kind agent) throws Exception {
        try (SharedDatabase database =
                SharedDatabase.start(
                        agent, settings(LONG, Duration.ofSeconds(3)), SharingMode.EXCLUSIVE)) {
            assertThat(messageAfter(database, "SELECT 'waiting';\n", "waiting"))
                    .contains("57P01")
                    .contains("lifetime");
            assertThat(ending(database)).isEqualTo(Reason.LIFETIME);
            assertThat(database.psql().run("SELECT 1").err()).contains("no database is shared");
        }
    }

    private static TunnelSettings settings(Duration idle, Duration lifetime) {
        return TunnelSettings.DEFAULTS.with(
                new SessionSettings(
                        new SessionTimeouts(idle, idle, Optional.empty(), Duration.ofMinutes(1)),
                        10),
                lifetime);
    }

    private static Reason ending(SharedDatabase database) throws InterruptedException {
        Refusal refusal = database.endings.poll(10, TimeUnit.SECONDS);
        assertThat(refusal).isNotNull();
        return refusal.reason();
    }

    /**
     * Has psql wait behind a statement until the session is over, and returns what it then says.
     */
    private static String messageAfter(SharedDatabase database, String statement, String answer)
            throws Exception {
        Process psql = database.psql().start();
        try (Writer in = psql.outputWriter();
                BufferedReader out = psql.inputReader();
                BufferedReader err = psql.errorReader()) {
            in.write(statement);
            in.flush();
            String line = out.readLine();
            while (line != null && !line.equals(answer)) {
                line = out.readLine();
            }
            assertThat(line).isEqualTo(answer);
            // psql reads what the server said when it sends the next statement
            Refusal refusal = database.endings.poll(20, TimeUnit.SECONDS);
            assertThat(refusal).isNotNull();
            database.endings.add(refusal);
            in.write("SELECT 1;\n");
            in.flush();
            return String.join("\n", err.lines().toList());
        }
    }
}
