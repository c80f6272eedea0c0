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
            })
    void functions_of_extensions_answer(String extension, String sql, String start) {
        Sql.run(db, "create extension if not exists \"" + extension + "\" cascade");

        assertThat(Sql.run(db, sql).value()).startsWith(start);
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
