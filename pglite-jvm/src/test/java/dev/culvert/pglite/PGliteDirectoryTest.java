package dev.culvert.pglite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Databases in folders, and what is left of them. */
class PGliteDirectoryTest {
    @TempDir private Path folder;

    @Test
    void what_was_committed_is_there_when_it_is_opened_again() {
        try (PGlite db = PGlite.open(folder.resolve("new"))) {
            Sql.run(db, "create table t as select generate_series(1, 1000) n");
            Sql.run(db, "begin; insert into t values (0)");
        }
        try (PGlite db = PGlite.open(folder.resolve("new"))) {
            assertThat(Sql.run(db, "select count(*) from t").value()).isEqualTo("1000");
            assertThat(Sql.run(db, "show fsync").value()).isEqualTo("on");
        }
    }

    @Test
    void a_folder_is_open_once() {
        try (PGlite first = PGlite.open(folder, PGliteOptions.defaults().withDurable(false))) {
            assertThatThrownBy(() -> PGlite.open(folder))
                    .isInstanceOf(PGliteException.class)
                    .hasMessageContaining("is open already");
            assertThat(Sql.run(first, "show fsync").value()).isEqualTo("off");
        }
    }

    @Test
    void a_folder_with_something_else_in_it_is_left_alone() throws IOException {
        Files.writeString(folder.resolve("letter.txt"), "dear");

        assertThatThrownBy(() -> PGlite.open(folder))
                .isInstanceOf(PGliteException.class)
                .hasMessageContaining("neither empty nor a database");
        assertThat(folder.resolve("letter.txt")).exists();
    }

    @Test
    void a_folder_that_was_filled_by_half_is_filled_again() throws IOException {
        PGlite.open(folder).close();
        Files.createFile(folder.resolve("culvert.incomplete"));
        Files.delete(folder.resolve("global/pg_control"));

        try (PGlite db = PGlite.open(folder)) {
            assertThat(Sql.run(db, "select 1").value()).isEqualTo("1");
        }
    }

    @Test
    void a_closed_database_says_so() {
        PGlite db = PGlite.inMemory();
        db.close();
        db.close();

        assertThatThrownBy(() -> db.exec(Sql.query("select 1")))
                .hasMessage("the database is closed");
    }

    @Test
    void a_setting_that_makes_no_sense_is_reported() {
        PGliteOptions options = PGliteOptions.defaults().withSetting("work_mem", "many");

        assertThatThrownBy(() -> PGlite.inMemory(options))
                .isInstanceOf(PGliteException.class)
                .hasMessageContaining("invalid value for parameter \"work_mem\"");
    }

    @Test
    void a_dump_becomes_another_database() throws IOException {
        ByteArrayOutputStream dump = new ByteArrayOutputStream();
        try (PGlite db = PGlite.inMemory()) {
            Sql.run(db, "create table t as select 'kept' as v");
            db.dumpDataDir(dump);
            Sql.run(db, "update t set v = 'changed'");
        }
        PGliteOptions options =
                PGliteOptions.defaults()
                        .withDump(() -> new ByteArrayInputStream(dump.toByteArray()));

        try (PGlite memory = PGlite.inMemory(options);
                PGlite host = PGlite.open(folder.resolve("loaded"), options)) {
            assertThat(Sql.run(memory, "select v from t").value()).isEqualTo("kept");
            assertThat(Sql.run(host, "select v from t").value()).isEqualTo("kept");
        }
        assertThatThrownBy(() -> PGlite.open(folder.resolve("loaded"), options))
                .hasMessageContaining("has a database already");
    }

    @Test
    void a_dump_that_is_none_is_refused() {
        PGliteOptions options =
                PGliteOptions.defaults()
                        .withDump(() ->
                                new ByteArrayInputStream(
                                        "no archive"
                                                .repeat(100)
                                                .getBytes(
                                                        java.nio.charset.StandardCharsets
                                                                .US_ASCII)));

        assertThatThrownBy(() -> PGlite.inMemory(options)).isInstanceOf(PGliteException.class);
    }

    @Test
    void instances_know_nothing_of_each_other() {
        try (PGlite one = PGlite.inMemory();
                PGlite two = PGlite.inMemory()) {
            Sql.run(one, "create table only_here()");
            Sql.run(one, "create extension hstore");

            assertThat(Sql.run(two, "select * from only_here").sqlState()).isEqualTo("42P01");
            assertThat(Sql.run(two, "select 'a=>1'::hstore").sqlState()).isEqualTo("42704");
            assertThat(Sql.run(two, "create extension hstore; select 'a=>1'::hstore").error())
                    .isEmpty();
        }
    }
}
