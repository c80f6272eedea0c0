package dev.culvert.pglite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database moves between Node and the JVM, and back. */
class InterchangeTest {
    @TempDir private Path folder;

    @Test
    void a_dump_of_one_is_a_database_of_the_other() throws Exception {
        Path fromNode = folder.resolve("node.tar.gz");
        NodePGlite.run(
                folder,
                "dump",
                fromNode.toString(),
                "create table t(id serial primary key, doc jsonb, at timestamptz)",
                "insert into t(doc, at) select jsonb_build_object('n', g), '2024-01-01'::timestamptz"
                        + " + g * interval '1 hour' from generate_series(1, 1000) g",
                "create function twice(int) returns int language plpgsql as"
                        + " $$ begin return $1 * 2; end $$");
        Path fromJvm = folder.resolve("jvm.tar.gz");

        try (PGlite db =
                PGlite.open(
                        folder.resolve("data"),
                        PGliteOptions.defaults()
                                .withDump(() -> {
                                    try {
                                        return Files.newInputStream(fromNode);
                                    } catch (java.io.IOException e) {
                                        throw new UncheckedIOException(e);
                                    }
                                }))) {
            assertThat(Sql.run(db, "select sum((doc->>'n')::int) from t").value())
                    .isEqualTo("500500");
            assertThat(Sql.run(db, "select twice(21)").value()).isEqualTo("42");
            Sql.run(db, "delete from t where id > 10; insert into t(doc) values ('\"jvm\"')");
            try (OutputStream out = Files.newOutputStream(fromJvm)) {
                db.dumpDataDir(out);
            }
        }

        assertThat(
                        NodePGlite.run(
                                folder,
                                "load",
                                fromJvm.toString(),
                                "select count(*)::int as n, min(id) as id, twice(4) from t"))
                .isEqualTo("[{\"n\":11,\"id\":1,\"twice\":8}]");
    }
}
