package dev.culvert.pglite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PGliteSqlTest {
    private static PGlite db;

    @BeforeAll
    static void open() {
        db = PGlite.inMemory();
    }

    @AfterAll
    static void close() {
        db.close();
    }

    private static Sql.Answer run(String sql) {
        return Sql.run(db, sql);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "select 1 => 1",
                "select 2147483647::int8 + 1 => 2147483648",
                "select 1.10::numeric(6,2) * 3 => 3.30",
                "select 0.1::float8 + 0.2::float8 => 0.30000000000000004",
                "select sqrt(2)::float4 => 1.4142135",
                "select 'NaN'::float8 => NaN",
                "select exp(700) > 1e300 => t",
                "select 100!=3 => t",
                "select 2::numeric ^ 200 => 1606938044258990275541962092341162602522202993782792835301376",
                "select date '2024-02-28' + 2 => 2024-03-01",
                "select timestamptz '2024-07-01 12:00+02' at time zone 'America/New_York' => 2024-07-01 06:00:00",
                "select interval '1 month 3 days' * 2 => 2 mons 6 days",
                "select upper('äöü') || chr(8364) => ÄÖÜ€",
                "select 'a' < 'B' collate \"C\" => f",
                "select regexp_replace('foobar', 'o+', 'X') => fXbar",
                "select array_agg(x order by x desc)::text from generate_series(1,3) x => {3,2,1}",
                "select jsonb_path_query('{\"a\":[1,2]}', '$.a[1]') => 2",
                "select '{\"b\":1,\"a\":2}'::jsonb => {\"a\": 2, \"b\": 1}",
                "select encode(sha256('abc'), 'hex') => ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                "select int4range(1,5) * int4range(3,9) => [3,5)",
                "select '192.168.1.5/24'::inet & '255.255.255.0'::inet => 192.168.1.0",
                "select '::ffff:1.2.3.4'::inet => ::ffff:1.2.3.4",
                "select point(1,2) <-> point(4,6) => 5",
                "select gen_random_uuid()::text ~ '^[0-9a-f-]{36}$' => t",
                "select length(repeat('x', 10000000)) => 10000000",
                "select to_char(1234567.891, 'FM9,999,999.00') => 1,234,567.89",
                "select to_tsvector('english', 'The quick brown foxes')::text => 'brown':3 'fox':4 'quick':2",
                "select to_tsvector('german', 'Die Häuser')::text => 'haus':2",
                "select xmlserialize(content '<a/>' as text) => <a/>",
            })
    void values_are_those_of_postgres(String sql, String value) {
        assertThat(run(sql).value()).isEqualTo(value);
    }

    @Test
    void the_answer_has_the_form_of_the_protocol() {
        assertThat(run("select 1").types()).isEqualTo("TDCZ");
        assertThat(run("").types()).isEqualTo("IZ");
        assertThat(run("select 1; select 2").types()).isEqualTo("TDCTDCZ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "select 1/0 => 22012",
                "selec 1 => 42601",
                "select * from nowhere => 42P01",
                "select 'x'::int => 22P02",
                "select repeat('x', 2000000000) || repeat('x', 2000000000) => 54000",
                "do $$ begin raise exception 'mine' using errcode = 'CV001'; end $$ => CV001",
                "select convert_to('ä', 'WIN1252') => 58P01",
            })
    void an_error_has_its_sqlstate_and_the_session_goes_on(String sql, String sqlState) {
        assertThat(run(sql).sqlState()).isEqualTo(sqlState);
        assertThat(run("select 'after'").value()).isEqualTo("after");
    }

    @ParameterizedTest
    @ValueSource(strings = {"reset session authorization", "discard all"})
    void a_session_becomes_its_own_user_again(String reset) {
        Sql.run(db, "create role somebody");
        Sql.run(db, "set session authorization somebody");
        assertThat(Sql.run(db, "select session_user").value()).isEqualTo("somebody");

        assertThat(Sql.run(db, reset).error()).isEmpty();

        assertThat(Sql.run(db, "select session_user || ' ' || current_user").value())
                .isEqualTo("postgres postgres");
        Sql.run(db, "drop role somebody");
    }

    @Test
    void a_recursion_without_end_is_an_error_and_no_crash() {
        run(
                "create function deeper(n int) returns int language plpgsql as"
                        + " $$ begin return deeper(n + 1); end $$");

        assertThat(run("select deeper(1)").sqlState()).isEqualTo("54001");
        assertThat(run("select 'after'").value()).isEqualTo("after");
    }

    @Test
    void an_error_aborts_the_transaction_until_it_is_rolled_back() {
        run("begin");
        assertThat(db.inTransaction()).isTrue();
        run("select 1/0");

        assertThat(run("select 1").sqlState()).isEqualTo("25P02");
        run("rollback");
        assertThat(db.inTransaction()).isFalse();
    }

    @Test
    void a_block_with_a_handler_catches_errors_again_and_again() {
        assertThat(
                        run("do $$ declare n int := 0; begin"
                                        + " for i in 1..500 loop"
                                        + " begin perform 1/(i % 2); exception when division_by_zero"
                                        + " then n := n + 1; end; end loop;"
                                        + " raise notice '%', n; end $$")
                                .messages()
                                .getFirst()
                                .field('M'))
                .isEqualTo("250");
    }

    @Test
    void triggers_views_and_constraints() {
        run(
                "create table item(id serial primary key, name text unique, changed int default 0);"
                        + "create function touch() returns trigger language plpgsql as"
                        + " $$ begin new.changed := old.changed + 1; return new; end $$;"
                        + "create trigger touched before update on item for each row"
                        + " execute function touch();"
                        + "create view names as select name, changed from item order by 1;"
                        + "insert into item(name) values ('a'), ('b');"
                        + "update item set name = 'c' where name = 'a'");

        assertThat(run("select * from names").rows())
                .isEqualTo(List.of(List.of("b", "0"), List.of("c", "1")));
        assertThat(run("insert into item(name) values ('b')").sqlState()).isEqualTo("23505");
    }

    @Test
    void a_large_result_arrives_whole_and_in_parts() {
        long[] received = new long[2];
        db.exec(
                Sql.query("select g, repeat('x', 100) from generate_series(1, 50000) g"),
                (bytes, offset, length) -> {
                    received[0] += length;
                    received[1]++;
                });

        assertThat(received[0]).isGreaterThan(50_000 * 110);
        assertThat(received[1]).isGreaterThan(100);
    }

    @Test
    void a_large_statement_is_read_whole() {
        String literal = "y".repeat(3_000_000);

        assertThat(run("select length('" + literal + "')").value()).isEqualTo("3000000");
    }

    @Test
    void indexes_joins_and_aggregates_over_many_rows() {
        run(
                "create table big as select g as id, g % 97 as part, md5(g::text) as hash"
                        + " from generate_series(1, 20000) g;"
                        + "create index on big(hash); analyze big");

        assertThat(run("select id from big where hash = md5('777')").value()).isEqualTo("777");
        assertThat(
                        run("select count(*) || ' ' || sum(n) from (select part, count(*) n from big"
                                        + " group by part) s")
                                .value())
                .isEqualTo("97 20000");
    }

    @Test
    void prepared_statements_of_the_extended_protocol() {
        byte[] parse =
                Sql.message('P', "s\0select $1::int * 2\0\0\0".getBytes(StandardCharsets.UTF_8));
        byte[] bind =
                Sql.message('B', new byte[] {0, 's', 0, 0, 0, 0, 1, 0, 0, 0, 2, '2', '1', 0, 0});
        byte[] execute = Sql.message('E', new byte[] {0, 0, 0, 0, 0});
        byte[] sync = Sql.message('S', new byte[0]);

        Sql.Answer answer =
                Sql.parse(db.exec(Sql.concat(parse, bind, execute, bind, execute, sync)));

        assertThat(answer.types()).isEqualTo("12DC2DCZ");
        assertThat(answer.rows()).isEqualTo(List.of(List.of("42"), List.of("42")));
    }

    @Test
    void listeners_hear_of_what_is_committed() {
        run("listen news");

        Sql.Answer answer = run("notify news, 'fresh'");

        assertThat(answer.types()).isEqualTo("CAZ");
        assertThat(answer.messages().get(1).text()).contains("news\0fresh\0");
        run("unlisten news");
    }

    @Test
    void what_a_callback_throws_comes_back_and_the_session_goes_on() {
        RuntimeException gone = new IllegalStateException("gone");

        assertThat(
                        org.assertj.core.api.Assertions.catchThrowable(() ->
                                db.exec(
                                        Sql.query("select generate_series(1, 1000000000)"),
                                        (bytes, offset, length) -> {
                                            throw gone;
                                        })))
                .isSameAs(gone);
        assertThat(run("select 'after'").value()).isEqualTo("after");
    }
}
