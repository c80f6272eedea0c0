package dev.culvert.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.agent.SharingMode;
import dev.culvert.relay.config.TunnelSettings;
import java.io.BufferedReader;
import java.io.Writer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several psql at one PGlite. */
class SharingModesIT {
    @ParameterizedTest
    @EnumSource(
            value = Agent.Kind.class,
            names = {"NODE", "JVM"})
    void a_second_client_of_an_exclusive_tunnel_hears_who_has_it(Agent.Kind agent)
            throws Exception {
        try (SharedDatabase database = SharedDatabase.start(agent)) {
            Occupant first = new Occupant(database);
            Psql.Result second = database.psql().run("SELECT 1");
            first.leave();

            assertThat(second.err())
                    .contains("FATAL:  the database")
                    .contains("has a client already")
                    .containsPattern(
                            "DETAIL:  Session [0-9a-f]{12} of user postgres has it since 20")
                    .contains("HINT:  One client at a time");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Agent.Kind.class,
            names = {"NODE", "JVM"})
    void a_second_client_of_a_queue_waits_for_its_turn_and_finds_a_clean_database(Agent.Kind agent)
            throws Exception {
        try (SharedDatabase database =
                SharedDatabase.start(agent, TunnelSettings.DEFAULTS, SharingMode.QUEUE)) {
            Occupant first = new Occupant(database);
            first.say("CREATE TABLE kept (a int); INSERT INTO kept VALUES (1);");
            first.say("BEGIN; INSERT INTO kept VALUES (2); SET search_path TO nowhere;");
            Process second = database.psql().start();
            try (Writer in = second.outputWriter();
                    BufferedReader out = second.inputReader();
                    BufferedReader err = second.errorReader()) {
                assertThat(err.readLine()).contains("your place in the queue is 1");
                first.leave();
                in.write("SELECT sum(a) FROM kept;\n\\q\n");
                in.flush();
                assertThat(out.readLine()).isEqualTo("1");
            }
        }
    }

    /** A psql that has the database. */
    private static final class Occupant {
        private final Process psql;
        private final Writer in;
        private final BufferedReader out;

        Occupant(SharedDatabase database) throws Exception {
            psql = database.psql().start();
            in = psql.outputWriter();
            out = psql.inputReader();
            say("");
        }

        void say(String statements) throws Exception {
            in.write(statements + "\n\\echo done\n");
            in.flush();
            String line = out.readLine();
            while (line != null && !line.equals("done")) {
                line = out.readLine();
            }
            assertThat(line).isEqualTo("done");
        }

        void leave() throws Exception {
            in.close();
            psql.waitFor();
        }
    }
}
