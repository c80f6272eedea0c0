package dev.culvert.agent.differential;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Statements whose effects and answers are the same on every server with the same contents. */
final class SqlPool {
    /**
     * A statement with parameters.
     *
     * @param types of the parameters, as object ids
     * @param values texts that suit them
     */
    record Parameterized(String sql, List<Integer> types, List<List<@Nullable String>> values) {}

    /** Tables and functions that the statements use; run before everything else. */
    static final String CONTENTS =
            """
            SET client_min_messages = error;
            DROP SCHEMA IF EXISTS d CASCADE;
            CREATE SCHEMA d;
            SET search_path = d;
            CREATE TABLE t (id int PRIMARY KEY, v text, n numeric(10,2), f float8, ts timestamp);
            INSERT INTO t SELECT i, 'row ' || i, i * 1.5, i / 4.0, '2026-01-01'::timestamp + i * interval '1 hour'
              FROM generate_series(1, 40) i;
            CREATE TABLE child (id int REFERENCES t, c int NOT NULL CHECK (c > 0), UNIQUE (c));
            CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
            CREATE DOMAIN small AS int CHECK (VALUE < 10);
            CREATE TYPE pair AS (a int, b text);
            CREATE TABLE kinds (m mood, s small, p pair, a int[], j jsonb);
            INSERT INTO kinds VALUES ('ok', 3, (1, 'x'), '{1,NULL,3}', '{"k": [1, 2]}');
            CREATE SEQUENCE counter;
            CREATE VIEW seen AS SELECT id, v FROM t WHERE id % 7 = 0;
            CREATE FUNCTION noisy(i int) RETURNS int LANGUAGE plpgsql AS
              $$BEGIN RAISE NOTICE 'noisy %', i USING HINT = 'none', DETAIL = 'deep'; RETURN i; END$$;
            CREATE FUNCTION fails(i int) RETURNS int LANGUAGE plpgsql AS
              $$BEGIN IF i > 35 THEN RAISE EXCEPTION 'fails at %', i USING ERRCODE = 'U0001'; END IF; RETURN i; END$$;
            CREATE FUNCTION trapped() RETURNS text LANGUAGE plpgsql AS
              $$BEGIN PERFORM 1 / 0; RETURN 'no'; EXCEPTION WHEN division_by_zero THEN RETURN SQLERRM; END$$;
            CREATE PROCEDURE commits() LANGUAGE plpgsql AS
              $$BEGIN INSERT INTO t VALUES (900) ON CONFLICT DO NOTHING; COMMIT; END$$;
            CREATE FUNCTION logged() RETURNS trigger LANGUAGE plpgsql AS
              $$BEGIN RAISE NOTICE '% of %', TG_OP, TG_TABLE_NAME; RETURN NEW; END$$;
            CREATE TRIGGER log BEFORE INSERT OR UPDATE ON child FOR EACH ROW EXECUTE FUNCTION logged();
            RESET client_min_messages;
            SET search_path = d\
            """;

    static final List<String> ROWS =
            List.of(
                    "SELECT 1",
                    "SELECT",
                    "VALUES (1, 'a'), (2, NULL)",
                    "TABLE seen",
                    "SELECT * FROM t ORDER BY id",
                    "SELECT i, repeat('x', i) FROM generate_series(1, 300) i",
                    "SELECT noisy(i) FROM generate_series(1, 5) i",
                    "SELECT fails(i) FROM generate_series(30, 40) i",
                    "SELECT 10 / (35 - i) FROM generate_series(1, 60) i",
                    "SELECT trapped()",
                    "SELECT * FROM kinds",
                    "SELECT count(*), sum(n), avg(f) FROM t",
                    "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 50) SELECT i FROM r",
                    "SELECT 1::int2, 2::int8, 1.5::float4, 'NaN'::float8, 12.340::numeric, true",
                    "SELECT 'c'::\"char\", 'abc'::char(5), 'abc'::varchar(2), 'n'::name, '\\xdeadbeef'::bytea",
                    "SELECT '2026-02-03'::date, '04:05:06.7'::time, '04:05+01'::timetz, '2026-02-03 04:05+02'::timestamptz, '1 mon -2 days'::interval",
                    "SELECT 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, '{\"a\":1}'::json, '10.0.0.0/8'::cidr, '::1'::inet, '08:00:2b:01:02:03'::macaddr",
                    "SELECT '(1,2)'::point, '((0,0),(1,1))'::box, '101'::bit(3), '1'::varbit, '12.34'::money",
                    "SELECT '[1,5)'::int4range, '{[1,2),[4,6)}'::int4multirange, 'a & b'::tsquery, 'the cat'::tsvector, 'pg_class'::regclass",
                    "SELECT ARRAY[[1,2],[3,4]], ARRAY['a,b', NULL, '\"'], ROW(1, NULL, 'x'), NULL",
                    "SELECT 'grüße', U&'\\00e9', E'tab\\t', length('日本語')",
                    "SELECT v FROM t WHERE id IN (SELECT id FROM seen) ORDER BY v DESC",
                    "SELECT transaction_timestamp() = now(), current_schema, current_user, current_database()",
                    "SELECT currval('counter')",
                    "SELECT nextval('counter')",
                    "SELECT lastval()",
                    "SELECT pg_advisory_lock(7), pg_try_advisory_lock(8), pg_advisory_unlock(9)",
                    "SELECT set_config('application_name', 'set by select', false)",
                    "SELECT pg_notify('news', 'by function')",
                    "SELECT * FROM t WHERE id < 0",
                    "SELECT id FROM t ORDER BY id FOR UPDATE",
                    "SELECT 1 INTO TEMP made",
                    "SELECT name, statement FROM pg_prepared_statements ORDER BY name",
                    "SELECT name, statement FROM pg_cursors WHERE name <> '' ORDER BY name",
                    "SELECT pg_listening_channels()",
                    "SHOW search_path",
                    "SHOW ALL_OF_IT",
                    "EXPLAIN (COSTS OFF) SELECT 1");

    static final List<String> CHANGES =
            List.of(
                    "INSERT INTO t (id, v) VALUES (100, 'new')",
                    "INSERT INTO t (id, v) VALUES (101, 'a'), (102, 'b') RETURNING id, v",
                    "INSERT INTO t (id) VALUES (1)",
                    "INSERT INTO t (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET v = 'met' RETURNING v",
                    "INSERT INTO child VALUES (1, 5)",
                    "INSERT INTO child VALUES (1, -5)",
                    "INSERT INTO child VALUES (1, NULL)",
                    "INSERT INTO child VALUES (9999, 6)",
                    "INSERT INTO kinds (m) VALUES ('angry')",
                    "INSERT INTO kinds (s) VALUES (11)",
                    "INSERT INTO t SELECT i FROM generate_series(500, 800) i ON CONFLICT DO NOTHING RETURNING id",
                    "UPDATE t SET v = v || '!' WHERE id <= 3",
                    "UPDATE t SET n = 123456789012 WHERE id = 1",
                    "UPDATE child SET c = c + 1 RETURNING old.c, new.c",
                    "DELETE FROM child",
                    "DELETE FROM t WHERE id = 40 RETURNING *",
                    "MERGE INTO t USING (VALUES (1), (200)) s(i) ON t.id = s.i WHEN MATCHED THEN UPDATE SET f = 1 WHEN NOT MATCHED THEN INSERT (id) VALUES (s.i)",
                    "CREATE TABLE made (a int, b text DEFAULT 'x')",
                    "CREATE TEMP TABLE made (a int) ON COMMIT DROP",
                    "CREATE TABLE made AS SELECT id FROM t WHERE id < 4",
                    "CREATE TABLE IF NOT EXISTS made (a int)",
                    "DROP TABLE made",
                    "DROP TABLE IF EXISTS made, other",
                    "ALTER TABLE t ADD COLUMN extra int DEFAULT 7",
                    "ALTER TABLE t DROP COLUMN IF EXISTS extra",
                    "ALTER TABLE t RENAME COLUMN v TO w",
                    "ALTER TABLE t RENAME COLUMN w TO v",
                    "CREATE INDEX made_index ON t (v)",
                    "TRUNCATE child",
                    "TRUNCATE t",
                    "VACUUM t",
                    "ANALYZE t",
                    "COMMENT ON TABLE t IS 'said'",
                    "SELECT pg_sleep(0.001)",
                    "CALL commits()",
                    "DO $$BEGIN RAISE WARNING 'done'; END$$",
                    "DO $$BEGIN RAISE EXCEPTION 'undone' USING TABLE = 't', COLUMN = 'v'; END$$",
                    "REFRESH MATERIALIZED VIEW none",
                    "NOTIFY news, 'extra, extra'",
                    "NOTIFY other",
                    "LISTEN news",
                    "UNLISTEN news",
                    "UNLISTEN *",
                    "DISCARD ALL",
                    "DISCARD TEMP",
                    "DISCARD PLANS",
                    "PREPARE s1 AS SELECT id FROM t WHERE id < $1 ORDER BY id",
                    "PREPARE sq (text) AS SELECT $1 || '!'",
                    "EXECUTE s1 (5)",
                    "EXECUTE sq ('hey')",
                    "EXECUTE sq",
                    "DEALLOCATE s1",
                    "DEALLOCATE ALL",
                    "DECLARE cur CURSOR FOR SELECT id FROM t ORDER BY id",
                    "DECLARE held CURSOR WITH HOLD FOR SELECT id FROM t ORDER BY id",
                    "DECLARE cur BINARY SCROLL CURSOR FOR SELECT id FROM t ORDER BY id",
                    "FETCH 3 FROM cur",
                    "FETCH ALL FROM held",
                    "FETCH BACKWARD 2 FROM cur",
                    "MOVE 2 FROM cur",
                    "CLOSE cur",
                    "CLOSE ALL",
                    "LOCK TABLE t",
                    "SET DateStyle = 'German'",
                    "SET DateStyle = DEFAULT",
                    "SET TimeZone = 'Europe/Berlin'",
                    "SET IntervalStyle = iso_8601",
                    "SET application_name = 'other'",
                    "SET client_encoding = UTF8",
                    "SET standard_conforming_strings = off",
                    "SET standard_conforming_strings = on",
                    "SET search_path = d, public",
                    "SET LOCAL application_name = 'local'",
                    "SET extra_float_digits = 0",
                    "SET bytea_output = escape",
                    "SET bytea_output = nonsense",
                    "SET work_mem = '1 parsec'",
                    "SET my.own = 'x'",
                    "SET no_such_setting = 1",
                    "SET statement_timeout = 60000",
                    "SET default_transaction_read_only = on",
                    "SET default_transaction_read_only = off",
                    "SET plan_cache_mode = force_generic_plan",
                    "SET ROLE none",
                    "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE",
                    "RESET ALL",
                    "RESET application_name",
                    "CREATE ROLE nobody_there SUPERUSER ADMIN nobody",
                    "CREATE FUNCTION broken() RETURNS int LANGUAGE sql AS 'SELECT no'",
                    "CREATE EXTENSION IF NOT EXISTS plpgsql",
                    "GRANT SELECT ON t TO PUBLIC");

    static final List<String> TRANSACTIONS =
            List.of(
                    "BEGIN",
                    "BEGIN",
                    "BEGIN",
                    "START TRANSACTION ISOLATION LEVEL REPEATABLE READ",
                    "BEGIN READ ONLY",
                    "COMMIT",
                    "COMMIT",
                    "COMMIT",
                    "END",
                    "ROLLBACK",
                    "ROLLBACK",
                    "COMMIT AND CHAIN",
                    "ROLLBACK AND CHAIN",
                    "SAVEPOINT s",
                    "SAVEPOINT s",
                    "RELEASE s",
                    "ROLLBACK TO s",
                    "ROLLBACK TO s",
                    "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
                    "SET CONSTRAINTS ALL DEFERRED",
                    "PREPARE TRANSACTION 'p'",
                    "COMMIT PREPARED 'p'");

    static final List<String> MISTAKES =
            List.of(
                    "SELEC 1",
                    "SELECT 1/0",
                    "SELECT * FROM nowhere",
                    "SELECT nothing FROM t",
                    "SELECT 'a'::int",
                    "SELECT '2026-13-01'::date",
                    "SELECT no_such_function(1)",
                    "SELECT 'unended",
                    "SELECT 1 +",
                    "SELECT $1",
                    "INSERT INTO t VALUES (1, 2, 3, 4, 5, 6, 7)",
                    "SELECT repeat('x', -1), chr(0)",
                    "SELECT (SELECT id FROM t)",
                    "SELECT 1 WHERE 'x'",
                    "SELECT jsonb '{'",
                    "SELECT '\\x0'::bytea",
                    "SELECT 'x' COLLATE nowhere",
                    "SELECT grouping(1)",
                    "DROP SCHEMA nowhere",
                    "/* unended",
                    ";",
                    " ;; ",
                    "-- nothing");

    static final List<String> COPIES_OUT =
            List.of(
                    "COPY t TO STDOUT",
                    "COPY (SELECT id, v FROM t ORDER BY id LIMIT 3) TO STDOUT (FORMAT csv, HEADER)",
                    "COPY (SELECT id, n FROM t ORDER BY id LIMIT 3) TO STDOUT (FORMAT binary)",
                    "COPY kinds TO STDOUT",
                    "COPY (SELECT fails(i) FROM generate_series(33, 40) i) TO STDOUT",
                    "COPY nowhere TO STDOUT",
                    "COPY t TO STDOUT (FORMAT nonsense)");

    static final List<String> COPIES_IN =
            List.of(
                    "COPY t (id, v) FROM STDIN",
                    "COPY t (id, v) FROM STDIN (FORMAT csv)",
                    "COPY t (id, v) FROM STDIN (FORMAT csv, HEADER match)",
                    "COPY t (id, v) FROM STDIN (FORMAT binary)",
                    "COPY child FROM STDIN",
                    "COPY child FROM STDIN WHERE c < 100",
                    "COPY t (id, v) FROM STDIN (ON_ERROR ignore)",
                    "COPY t (id, v) FROM STDIN (FREEZE)",
                    "COPY t (id, nothing) FROM STDIN",
                    "COPY nowhere FROM STDIN",
                    "COPY seen FROM STDIN");

    static final List<Parameterized> PARAMETERIZED =
            List.of(
                    with("SELECT $1::int4 + 1", 23, "41", "-7", "x"),
                    with("SELECT $1", 25, "text", "", "grüße"),
                    with("SELECT $1::text, length($1)", 25, "abc", null),
                    with("SELECT id, v FROM t WHERE id <= $1 ORDER BY id", 23, "3", "300", "0"),
                    with("SELECT v FROM t WHERE v = $1", 1043, "row 7", "none"),
                    with("SELECT $1::numeric * 2", 1700, "1.25", "NaN", "1e5", "abc"),
                    with("SELECT $1::float8", 701, "1.5", "Infinity", "1e400"),
                    with("SELECT $1::bool", 16, "t", "false", "maybe"),
                    with("SELECT $1::timestamptz", 1184, "2026-01-01 00:00+01", "infinity", "no"),
                    with("SELECT $1::int4[]", 1007, "{1,2}", "{}", "{1"),
                    with("SELECT $1::jsonb -> 'a'", 3802, "{\"a\":1}", "[", "null"),
                    with("SELECT $1::uuid", 2950, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "no"),
                    with("SELECT $1::bytea", 17, "\\x00ff", "abc"),
                    with("SELECT 100 / $1", 23, "3", "0"),
                    with("INSERT INTO t (id) VALUES ($1)", 23, "1", "301", "302", "303"),
                    with("INSERT INTO t (id) VALUES ($1) RETURNING id", 23, "1", "304", "305"),
                    with("UPDATE t SET v = $1 WHERE id < 4", 25, "changed"),
                    with("SELECT i FROM generate_series(1, $1) i", 23, "0", "5", "400"),
                    with("SELECT fails(i) FROM generate_series($1, 50) i", 23, "1", "36"),
                    with("SELECT $1::d.mood", 0, "ok", "angry"),
                    with("SELECT $1::d.small", 23, "3", "30"),
                    new Parameterized(
                            "SELECT $1::int4, $2::text, $3::date",
                            List.of(23, 25, 1082),
                            List.of(List.of("1", "2"), List.of("a"), List.of("2026-01-01"))));

    private SqlPool() {}

    private static Parameterized with(String sql, int type, @Nullable String... values) {
        return new Parameterized(
                sql, List.of(type), List.of(java.util.Arrays.<@Nullable String>asList(values)));
    }
}
