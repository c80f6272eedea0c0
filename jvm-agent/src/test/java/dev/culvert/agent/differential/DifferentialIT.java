package dev.culvert.agent.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.agent.it.SharedDatabase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A PGlite in Node, through the relay, answers as PostgreSQL does. {@code scripts/differential}
 * runs this for longer and with other seeds.
 */
class DifferentialIT {
    private static final long FIRST_SEED = Long.getLong("culvert.differential.seed", 1);
    private static final int SEEDS = Integer.getInteger("culvert.differential.seeds", 60);

    /** More is better looked at when these are understood. */
    private static final int MOST_DIFFERENCES = 5;

    private static RealPostgres postgres;
    private static SharedDatabase pglite;
    private static Comparison comparison;

    @BeforeAll
    static void start() throws Exception {
        postgres = RealPostgres.start();
        pglite = SharedDatabase.startForRawClients();
        comparison = new Comparison(postgres::converse, DifferentialIT::converse);
    }

    /** Shares another PGlite if the one there was has ended, which is a difference found. */
    private static Conversation converse() throws IOException {
        try {
            return Conversation.begin(
                    pglite.rawSocket(), pglite.shared().user(), pglite.shared().password());
        } catch (IOException e) {
            pglite.close();
            pglite = SharedDatabase.startForRawClients();
            return Conversation.begin(
                    pglite.rawSocket(), pglite.shared().user(), pglite.shared().password());
        }
    }

    @AfterAll
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
}
