package dev.culvert.pglite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What instances take, and give back. */
@Timeout(180)
class PGliteMemoryTest {
    private static final long INSTANCE = 230L << 20;
    private static final long NOISE = 30L << 20;

    @TempDir private Path folder;

    @Test
    void instances_work_side_by_side_and_closing_them_frees_everything() throws Exception {
        use(folder.resolve("before"));
        long heap = Heap.used();
        long descriptors = descriptors();
        List<PGlite> open = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            open.add(i % 2 == 0 ? PGlite.inMemory() : PGlite.open(folder.resolve("db" + i)));
        }

        List<CompletableFuture<String>> sums =
                open.stream().map(db -> CompletableFuture.supplyAsync(() -> sum(db))).toList();

        assertThat(sums).allSatisfy(sum -> assertThat(sum.get()).isEqualTo("5000050000"));
        assertThat(Heap.used() - heap).isLessThan(4 * INSTANCE);
        open.forEach(PGlite::close);
        open.clear();
        assertThat(Heap.used() - heap).isLessThan(NOISE);
        assertThat(descriptors()).isEqualTo(descriptors);
        assertThat(threads()).isZero();
    }

    private static void use(Path where) {
        try (PGlite memory = PGlite.inMemory();
                PGlite host = PGlite.open(where)) {
            sum(memory);
            sum(host);
        }
    }

    private static String sum(PGlite db) {
        Sql.run(db, "create extension hstore; create table t as select generate_series(1, 1e5) n");
        return Sql.run(db, "select sum(n) from t").value();
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        }
    }

    private static long threads() throws InterruptedException {
        List<Thread> backends =
                Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().matches("pglite-[0-9]+"))
                        .toList();
        long left = 0;
        for (Thread backend : backends) {
            if (!backend.join(Duration.ofSeconds(5))) {
                left++;
            }
        }
        return left;
    }
}
