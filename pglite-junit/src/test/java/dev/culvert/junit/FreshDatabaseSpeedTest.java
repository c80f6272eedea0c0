package dev.culvert.junit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.junit.TemplateCache.Recipe;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How long a test waits for its database. */
class FreshDatabaseSpeedTest {
    private static final int DATABASES = 10;
    private static final Recipe RECIPE = new Recipe("", List.of("/dev/culvert/junit/schema.sql"));

    @Test
    void a_fresh_database_is_there_within_50_ms() throws Exception {
        ClassLoader resources = getClass().getClassLoader();
        List<Long> waited = new ArrayList<>();
        try (DatabasePool pool = new DatabasePool()) {
            for (int i = 0; i <= DATABASES; i++) {
                long begun = System.nanoTime();
                PgliteDatabase database = pool.take(RECIPE, resources);
                waited.add((System.nanoTime() - begun) / 1_000);
                try (Connection connection = database.dataSource().getConnection();
                        Statement statement = connection.createStatement()) {
                    assertThat(PgliteTestTest.ask(statement, "SELECT count(*) FROM customers"))
                            .isEqualTo("2");
                    statement.execute("DROP TABLE customers");
                }
                pool.giveBack(database);
                // a test that takes as long as a database does to open
                pool.awaitSpare();
            }
        }
        List<Long> opened = new ArrayList<>();
        for (int i = 0; i < DATABASES; i++) {
            long begun = System.nanoTime();
            try (PgliteDatabase database =
                    new PgliteDatabase(TemplateCache.get(RECIPE, resources))) {
                opened.add((System.nanoTime() - begun) / 1_000);
                assertThat(database.pglite().inTransaction()).isFalse();
            }
        }

        System.out.printf("the first database after %d us%n", waited.getFirst());
        List<Long> later = waited.subList(1, waited.size());
        System.out.printf("each next one after %d us (median)%n", median(later));
        System.out.printf("without one kept ready after %d us (median)%n", median(opened));
        assertThat(median(later)).isLessThan(50_000);
    }

    private static long median(List<Long> micros) {
        List<Long> sorted = new ArrayList<>(micros);
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }
}
