package dev.culvert.agent.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.agent.it.Agent;
import dev.culvert.agent.it.SharedDatabase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A PGlite, in Node and in the JVM, through the relay, answers as PostgreSQL does. {@code
 * scripts/differential} runs this for longer and with other seeds.
 */
@ParameterizedClass
@EnumSource(
        value = Agent.Kind.class,
        names = {"NODE", "JVM"})
@SuppressWarnings("NullAway.Init") // before each invocation of the class
class DifferentialIT {
    private static final long FIRST_SEED = Long.getLong("culvert.differential.seed", 1);
    private static final int SEEDS = Integer.getInteger("culvert.differential.seeds", 60);

    /** More is better looked at when these are understood. */
    private static final int MOST_DIFFERENCES = 5;

    private static final List<String> SHOWN =
            List.of("statement_timeout", "work_mem", "geqo", "search_path");

    private static Agent.Kind agentKind;
    private static RealPostgres postgres;
    private static SharedDatabase pglite;
    private static Comparison comparison;

    DifferentialIT(Agent.Kind agent) {
        // it is in the name of the class's invocation
    }

    @BeforeParameterizedClassInvocation
    static void start(Agent.Kind agent) throws Exception {
        agentKind = agent;
        postgres = RealPostgres.start();
        pglite = SharedDatabase.startForRawClients(agent);
        comparison = new Comparison(postgres::converse, DifferentialIT::converse);
    }

    /** Shares another PGlite if the one there was has ended, which is a difference found. */
    private static Conversation converse() throws IOException {
        Map<String, String> parameters = Map.of("database", "postgres");
        try {
            return converse(parameters);
        } catch (IOException e) {
            pglite.close();
            pglite = SharedDatabase.startForRawClients(agentKind);
            return converse(parameters);
        }
    }

    private static Conversation converse(Map<String, String> parameters) throws IOException {
        return Conversation.begin(
                pglite.rawSocket(), pglite.shared().user(), pglite.shared().password(), parameters);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        pglite.close();
        postgres.close();
    }

    @Test
    void random_conversations_have_the_same_answers() throws IOException {
        List<String> differences = new ArrayList<>();
        for (long seed = FIRST_SEED;
                seed < FIRST_SEED + SEEDS && differences.size() < MOST_DIFFERENCES;
                seed++) {
            Optional<Comparison.Difference> found = comparison.compare(RandomRounds.of(seed));
            if (found.isPresent()) {
                differences.add("seed " + seed + ":" + comparison.shrink(found.get()));
            }
        }
        assertThat(differences).isEmpty();
    }

    @ParameterizedTest
    @MethodSource
    void startup_parameters_have_the_same_effect(Map<String, String> parameters)
            throws IOException {
        List<String> expected = effect(() -> postgres.converse(parameters));

        assertThat(effect(() -> converse(parameters))).isEqualTo(expected);
    }

    static Stream<Map<String, String>> startup_parameters_have_the_same_effect() {
        Stream<Map<String, String>> good =
                Stream.of(
                        Map.of("client_encoding", "LATIN1"),
                        Map.of("TimeZone", "Europe/Berlin", "DateStyle", "German"),
                        Map.of("timezone", "America/New_York"),
                        Map.of("application_name", "a name\\ with 'odd' \"signs\" and é"),
                        Map.of("search_path", "a, \"B c\""),
                        Map.of("statement_timeout", "5min", "work_mem", "8MB"),
                        Map.of("options", "-c statement_timeout=5000 --search-path=x,y"),
                        Map.of("options", "-c application_name=one\\ two -cgeqo=off"),
                        Map.of("options", "-c work_mem=8MB", "work_mem", "9MB"),
                        Map.of("options", "-c my.own=x"),
                        Map.of("default_transaction_read_only", "on"),
                        Map.of("default_transaction_isolation", "serializable"),
                        Map.of("extra_float_digits", "0", "IntervalStyle", "iso_8601"));
        Stream<Map<String, String>> bad =
                Stream.of(
                        Map.of("database", "nowhere"),
                        Map.of("client_encoding", "nonsense"),
                        Map.of("TimeZone", "Nowhere/No"),
                        Map.of("DateStyle", "foo"),
                        Map.of("statement_timeout", "abc"),
                        Map.of("no_such_setting", "1"),
                        Map.of("options", "-c no_such_setting=1"),
                        Map.of("options", "-c work_mem=1\\ parsec"),
                        Map.of("options", "-c geqo=maybe"),
                        Map.of("options", "-c extra_float_digits=99"),
                        Map.of("options", "-c shared_buffers=1GB"),
                        Map.of("options", "-c is_superuser=off"));
        return Stream.concat(good, bad)
                .map(parameters -> {
                    Map<String, String> all = new TreeMap<>(Map.of("database", "postgres"));
                    all.putAll(parameters);
                    return all;
                });
    }

    /**
     * What a client learns of its parameters; or why it is refused, without what to do about it.
     */
    private static List<String> effect(Comparison.Server server) throws IOException {
        List<String> effect = new ArrayList<>();
        try (Conversation conversation = server.converse()) {
            SortedMap<String, String> told = new TreeMap<>(conversation.parameters());
            told.remove("session_authorization"); // KnownDifference.NO_SESSION_AUTHORIZATION
            told.forEach((name, value) -> effect.add(name + "=" + value));
            for (String name : SHOWN) {
                effect.addAll(
                        Transcript.of(
                                conversation.run(Round.of(ClientMessage.query("SHOW " + name)))));
            }
        } catch (Conversation.RefusedException e) {
            effect.add(e.answer().toString().replaceAll(", H=[^}]*", ""));
        }
        return effect;
    }
}
