package dev.culvert.pglite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who has the database for longer than a batch, and who hears notifications. */
@Timeout(60)
class PGliteTasksTest {
    private final List<String> events = Collections.synchronizedList(new ArrayList<>());
    private PGlite db;

    @BeforeEach
    void open() {
        db = PGlite.inMemory();
    }

    @AfterEach
    void close() {
        db.close();
    }

    @Test
    void nobodys_batch_comes_into_a_task() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        db.submit(() -> {
            Sql.run(db, "begin");
            await(asked);
            Sql.run(db, "create table t as select 1 as n");
            events.add("task " + Sql.run(db, "select n from t").value());
            Sql.run(db, "rollback");
        });
        CompletableFuture<Void> other =
                CompletableFuture.runAsync(
                        () -> events.add("other " + Sql.run(db, "select 'free'").value()));

        asked.countDown();

        other.get();
        assertThat(events).containsExactly("task 1", "other free");
    }

    @Test
    void a_task_waits_for_the_end_of_a_transaction() throws Exception {
        CountDownLatch ran = new CountDownLatch(1);
        Sql.run(db, "begin");
        db.submit(() -> {
            events.add("task in a transaction: " + db.inTransaction());
            ran.countDown();
        });
        Sql.run(db, "select 1");
        events.add("still in it");

        Sql.run(db, "commit");

        assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(events).containsExactly("still in it", "task in a transaction: false");
    }

    @Test
    void a_task_of_a_closed_database_hears_so() throws Exception {
        CountDownLatch ran = new CountDownLatch(1);
        Sql.run(db, "begin");
        db.submit(() -> {
            assertThatThrownBy(() -> Sql.run(db, "select 1")).isInstanceOf(PGliteException.class);
            ran.countDown();
        });

        db.close();

        assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> db.submit(() -> {})).isInstanceOf(PGliteException.class);
    }

    @Test
    void listeners_hear_notifications_wherever_an_answer_is_cut() {
        Runnable stop =
                db.onNotification((channel, payload) -> events.add(channel + "=" + payload));
        Sql.run(db, "listen news");
        Sql.run(db, "notify other, 'nobody listens'");
        Sql.run(
                db,
                "select repeat('x', 8170); notify news, 'eins'; select pg_notify('news', repeat('ä', 3000))");

        assertThat(events).containsExactly("news=eins", "news=" + "ä".repeat(3000));

        stop.run();
        Sql.run(db, "notify news");
        assertThat(events).hasSize(2);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
