package dev.culvert.pglite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Everything that comes with PGlite can be created and called. */
class PGliteExtensionsTest {
    private static PGlite db;

    @BeforeAll
    static void open() {
        db =
                PGlite.inMemory(
                        PGliteOptions.defaults()
                                .withSetting("shared_preload_libraries", "pg_stat_statements"));
    }

    @AfterAll
    static void close() {
        db.close();
    }

    @Test
    void all_that_are_there_can_be_created() {
        List<String> names =
                Sql.run(db, "select name from pg_available_extensions order by 1").rows().stream()
                        .map(List::getFirst)
                        .toList();

        assertThat(names).hasSizeGreaterThan(35).contains("pgcrypto", "plpgsql", "uuid-ossp");
        assertThat(names)
                .allSatisfy(name ->
                        assertThat(
                                        Sql.run(
                                                        db,
                                                        "create extension if not exists \""
                                                                + name
                                                                + "\" cascade")
                                                .error())
                                .isEmpty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "pgcrypto => select encode(hmac('a', 'k', 'sha256'), 'hex') => 78da91511e675587f5b9df78bedebaf5560da2abb88162ee875dcdf744951d9e",
                "pgcrypto => select crypt('pw', '$2a$04$abcdefghijklmnopqrstuu') => $2a$04$abcdefghijklmnopqrstuu",
                "pg_trgm => select similarity('word', 'two words') => 0.36363637",
                "hstore => select ('a=>1,b=>2'::hstore -> 'b') => 2",
                "citext => select 'ABC'::citext = 'abc' => t",
                "ltree => select 'a.b.c'::ltree <@ 'a' => t",
                "uuid-ossp => select uuid_generate_v5(uuid_ns_dns(), 'example.org') => aad03681-8b63-5304-89e0-8ca8f49461b5",
                "cube => select cube(1,2) @> cube(1.5) => t",
                "intarray => select '{1,2,3}'::int[] & '{2,3,4}'::int[] => {2,3}",
                "fuzzystrmatch => select levenshtein('kitten', 'sitting') => 3",
                "unaccent => select unaccent('Hôtel') => Hotel",
                "isn => select isbn('978-0-393-04002-9') => 0-393-04002-X",
                "seg => select '1 .. 2'::seg && '1.5 .. 3'::seg => t",
                "tablefunc => select count(*) from normal_rand(10, 1, 2) => 10",
                "btree_gist => select '(' < ')' => t",
                "earthdistance => select round(earth()) => 6378168",
                "bloom => select amname from pg_am where amname = 'bloom' => bloom",
                "pg_stat_statements => select count(*) > 0 from pg_stat_statements => t",
                "amcheck => select bt_index_check('pg_class_oid_index') is not null => t",
                "autoinc => select count(*) from pg_proc where proname = 'autoinc' => 1",
                "btree_gin => select opcname from pg_opclass where opcname = 'int4_ops' and opcmethod = (select oid from pg_am where amname = 'gin') => int4_ops",
                "dict_int => select ts_lexize('intdict', '12345678') => {123456}",
                "dict_xsyn => select ts_lexize('xsyn', 'word') is null => t",
                "file_fdw => select fdwname from pg_foreign_data_wrapper => file_fdw",
                "insert_username => select count(*) from pg_proc where proname = 'insert_username' => 1",
                "lo => select 1::oid::lo => 1",
                "moddatetime => select count(*) from pg_proc where proname = 'moddatetime' => 1",
                "pageinspect => select pagesize from page_header(get_raw_page('pg_class', 0)) => 8192",
                "pg_buffercache => select count(*) > 100 from pg_buffercache => t",
                "pg_freespacemap => select count(*) > 0 from pg_freespace('pg_class') => t",
                "pg_logicalinspect => select count(*) from pg_proc where proname = 'pg_get_logical_snapshot_meta' => 1",
                "pg_surgery => select count(*) from pg_proc where proname = 'heap_force_kill' => 1",
                "pg_visibility => select count(*) > 0 from pg_visibility('pg_class') => t",
                "pg_walinspect => select count(*) > 0 from pg_get_wal_stats('0/1500000', pg_current_wal_insert_lsn()) => t",
                "refint => select count(*) from pg_proc where proname = 'check_primary_key' => 1",
                "tcn => select proname from pg_proc where proname = 'triggered_change_notification' => triggered",
                "tsm_system_rows => select count(*) from pg_class tablesample system_rows(7) => 7",
                "tsm_system_time => select count(*) > 0 from pg_class tablesample system_time(1000) => t",
            })
    void functions_of_extensions_answer(String extension, String sql, String start) {
        Sql.run(db, "create extension if not exists \"" + extension + "\" cascade");

        assertThat(Sql.run(db, sql).value()).startsWith(start);
    }

    /**
     * But conversions for which PGlite's build has left out what they are made with, and the
     * receiver of replication.
     */
    @Test
    void every_library_that_is_there_can_be_loaded() {
        List<String> libraries =
                Sql.run(
                                db,
                                "select f from pg_ls_dir('/pglite/lib/postgresql') f"
                                        + " where f like '%.so' order by f")
                        .rows()
                        .stream()
                        .map(List::getFirst)
                        .toList();

        assertThat(libraries)
                .hasSizeGreaterThan(40)
                .contains("auto_explain.so", "passwordcheck.so", "pg_overexplain.so");
        assertThat(libraries)
                .allSatisfy(name ->
                        assertThat(Sql.run(db, "load '" + name + "'").error())
                                .matches(error ->
                                        error.isEmpty()
                                                || name.equals("libpqwalreceiver.so")
                                                || error.matches(
                                                        "(?s).*undefined symbols: .*(LocalToUtf|UtfToLocal).*")));
    }

    @Test
    void an_encoding_that_cannot_be_converted_cannot_be_set() {
        assertThat(Sql.run(db, "set client_encoding to euc_jp").sqlState()).isEqualTo("58P01");
        assertThat(Sql.run(db, "show client_encoding").value()).isEqualTo("UTF8");

        assertThat(Sql.run(db, "set client_encoding to latin1").error()).isEmpty();
        assertThat(Sql.run(db, "select 'ASCII'").value()).isEqualTo("ASCII");
        assertThat(Sql.run(db, "select U&'\\00e9'").error()).contains("not part of this build");
        Sql.run(db, "reset client_encoding");
    }

    @Test
    void libraries_without_an_extension_do_their_work() {
        Sql.run(db, "load 'passwordcheck'; load 'pg_overexplain'; load 'auto_explain'");

        assertThat(Sql.run(db, "create role weak password 'short'").error())
                .contains("password is too short");
        assertThat(Sql.run(db, "explain (debug) select 1").rows().toString())
                .contains("Command Type: select");
        Sql.run(db, "set auto_explain.log_min_duration = 0; set auto_explain.log_level = notice");
        assertThat(Sql.run(db, "select 1").types()).isEqualTo("TDNCZ");
        Sql.run(db, "reset all");
    }

    @Test
    void a_library_that_is_not_pglites_own_is_an_error() {
        assertThat(Sql.run(db, "load 'nothing'").sqlState()).isEqualTo("58P01");
        Sql.run(db, "copy (select 'not wasm') to '/pglite/lib/postgresql/made_up.so'");

        assertThat(Sql.run(db, "load '/pglite/lib/postgresql/made_up.so'").error())
                .contains("only PGlite's own can be loaded");
        assertThat(Sql.run(db, "select 1").value()).isEqualTo("1");
    }
}
