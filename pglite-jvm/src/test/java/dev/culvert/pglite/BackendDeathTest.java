package dev.culvert.pglite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A Postgres that ends by itself. */
@Timeout(60)
class BackendDeathTest {
    @TempDir private Path folder;

    @Test
    void a_panic_is_reported_and_the_next_open_recovers() throws IOException {
        Path data = folder.resolve("data");
        PGlite db = PGlite.open(data);
        Sql.run(db, "create table t as select 1 as n");
        Files.move(data.resolve("pg_wal"), data.resolve("elsewhere"));

        assertThatThrownBy(() -> Sql.run(db, "select pg_switch_wal(); insert into t values (2)"))
                .isInstanceOf(PGliteException.class)
                .hasMessageContaining("Postgres has failed")
                .hasMessageContaining("PANIC");
        assertThatThrownBy(() -> Sql.run(db, "select 1"))
                .isInstanceOf(PGliteException.class)
                .hasMessageContaining("has broken");
        assertThat(openFiles(data)).isPositive();
        db.close();
        assertThat(openFiles(data)).isZero();

        Files.move(data.resolve("elsewhere"), data.resolve("pg_wal"));
        try (PGlite again = PGlite.open(data)) {
            assertThat(Sql.run(again, "select sum(n) from t").value()).isEqualTo("1");
        }
    }

    @Test
    void a_start_that_fails_leaves_nothing_open() throws IOException {
        Path data = folder.resolve("data");
        PGlite.open(data).close();
        Path control = data.resolve("global/pg_control");
        byte[] whole = Files.readAllBytes(control);
        Files.write(control, new byte[whole.length]);

        assertThatThrownBy(() -> PGlite.open(data)).isInstanceOf(PGliteException.class);

        assertThat(openFiles(data)).isZero();
        Files.write(control, whole);
        PGlite.open(data).close();
    }

    private static long openFiles(Path data) throws IOException {
        long count = 0;
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : (Iterable<Path>) all::iterator) {
                if (target(descriptor).startsWith(data.toRealPath())) {
                    count++;
                }
            }
        }
        return count;
    }

    private static Path target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor);
        } catch (IOException e) {
            return descriptor; // the one that lists them is gone
        }
    }
}
