package dev.culvert.pglite;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to a running statement from outside: cancel, time-out, and data for a COPY. */
@Timeout(60)
class PGliteCancelTest {
    private static final String ENDLESS =
            "select count(*) from (select generate_series(1, 100000000000)) s";
    private static PGlite db;

    @BeforeAll
    static void open() {
        db = PGlite.inMemory();
    }

    @AfterAll
    static void close() {
        db.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ENDLESS,
                "select pg_sleep(3600)",
                "do $$ begin loop perform 1; end loop; end $$",
                "with recursive r as (select 1 union all select 1 from r) select count(*) from r"
            })
    void a_cancel_ends_what_is_running(String sql) throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CompletableFuture<Sql.Answer> answer =
                CompletableFuture.supplyAsync(() -> {
                    started.countDown();
                    return Sql.run(db, sql);
                });
        started.await();
        while (!db.cancel()) {
            Thread.onSpinWait();
        }
        // the first may have come before Postgres began with the statement, as with any server
        while (!answer.isDone()) {
            db.cancel();
            Thread.sleep(1);
        }

        assertThat(answer.get().sqlState()).isEqualTo("57014");
        assertThat(answer.get().error()).contains("user request");
        assertThat(Sql.run(db, "select 'after'").value()).isEqualTo("after");
    }

    @Test
    void a_cancel_while_nothing_runs_is_for_nobody() {
        assertThat(db.cancel()).isFalse();
        assertThat(Sql.run(db, "select 1").value()).isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(strings = {ENDLESS, "select pg_sleep(3600)"})
    void a_statement_ends_at_its_timeout(String sql) {
        Sql.run(db, "set statement_timeout = '50ms'");

        Sql.Answer answer = Sql.run(db, sql);

        assertThat(answer.sqlState()).isEqualTo("57014");
        assertThat(answer.error()).contains("statement timeout");
        Sql.run(db, "reset statement_timeout");
        assertThat(Sql.run(db, "select 'after'").value()).isEqualTo("after");
    }

    @Test
    void data_for_a_copy_is_asked_for_as_it_is_needed() {
        Sql.run(db, "create table target(n int, t text)");
        Iterator<byte[]> data =
                IntStream.range(0, 1001)
                        .mapToObj(i ->
                                i == 1000
                                        ? Sql.message('c', new byte[0])
                                        : Sql.message('d', lines(i)))
                        .iterator();
        StringBuilder answer = new StringBuilder();

        db.exec(
                Sql.query("copy target from stdin"),
                (bytes, offset, length) ->
                        answer.append(new String(bytes, offset, length, ISO_8859_1)),
                () -> data.hasNext() ? data.next() : null);

        assertThat(answer).contains("COPY 100000");
        assertThat(Sql.run(db, "select count(*) || ' ' || max(n) from target").value())
                .isEqualTo("100000 99999");
    }

    @Test
    void a_large_copy_needs_no_memory() {
        Sql.run(db, "create table sieve(v text)");
        byte[] piece = Sql.message('d', "x".repeat(999).concat("\n").repeat(1000).getBytes(UTF_8));
        long pieces = Runtime.getRuntime().maxMemory() / 4 / piece.length;
        AtomicLong given = new AtomicLong();
        StringBuilder answer = new StringBuilder();
        long before = Heap.used();

        db.exec(
                Sql.query("copy sieve from stdin where v = 'none'"),
                (bytes, offset, length) ->
                        answer.append(new String(bytes, offset, length, ISO_8859_1)),
                () -> given.getAndIncrement() < pieces ? piece : Sql.message('c', new byte[0]));

        assertThat(answer).contains("COPY 0");
        assertThat(given).hasValue(pieces + 1);
        assertThat(Heap.used() - before).isLessThan(20L << 20);
    }

    private static byte[] lines(int chunk) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            lines.append(chunk * 100 + i).append("\tsome text\n");
        }
        return lines.toString().getBytes(UTF_8);
    }

    @Test
    void a_copy_whose_client_goes_away_is_rolled_back() {
        Sql.run(db, "create table emptied(n int)");
        Iterator<byte[]> data = List.of(Sql.message('d', "1\n".getBytes(UTF_8))).iterator();

        db.exec(
                Sql.query("copy emptied from stdin"),
                (bytes, offset, length) -> {},
                () -> data.hasNext() ? data.next() : null);

        assertThat(Sql.run(db, "select count(*) from emptied").value()).isEqualTo("0");
    }

    @Test
    void a_copy_out_is_the_tables_text() {
        Sql.Answer answer = Sql.run(db, "copy (select 1, 'a' union all select 2, 'b') to stdout");

        assertThat(answer.types()).isEqualTo("HddcCZ");
        assertThat(answer.messages().get(1).text()).isEqualTo("1\ta\n");
    }
}
