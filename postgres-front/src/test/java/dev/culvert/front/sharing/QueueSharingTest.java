package dev.culvert.front.sharing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueueSharingTest {
    private final List<String> news = new ArrayList<>();
    private final QueueSharing queue = new QueueSharing(2);

    @Test
    void clients_get_the_backend_in_the_order_in_which_they_came() {
        assertThat(enter("a")).isEqualTo(new Entry.Admitted());
        assertThat(enter("b")).isEqualTo(new Entry.Waiting(1, holder("a")));
        assertThat(enter("c")).isEqualTo(new Entry.Waiting(2, holder("a")));
        assertThat(queue.waiting()).isEqualTo(2);

        queue.leave(holder("a"));
        assertThat(news).containsExactly("b: turn", "c: 1");

        queue.leave(holder("b"));
        assertThat(news).containsExactly("b: turn", "c: 1", "c: turn");

        queue.leave(holder("c"));
        assertThat(enter("d")).isEqualTo(new Entry.Admitted());
    }

    @Test
    void as_many_wait_as_may() {
        enter("a");
        enter("b");
        enter("c");

        assertThat(enter("d")).isEqualTo(new Entry.Full(2));
    }

    @Test
    void who_leaves_the_queue_lets_the_others_move_up() {
        enter("a");
        enter("b");
        enter("c");

        queue.leave(holder("b"));
        assertThat(news).containsExactly("c: 1");
        assertThat(enter("d")).isEqualTo(new Entry.Waiting(2, holder("a")));
    }

    @Test
    void leaving_twice_takes_nothing_from_the_next() {
        enter("a");
        enter("b");
        queue.leave(holder("a"));
        queue.leave(holder("a"));

        assertThat(enter("c")).isEqualTo(new Entry.Waiting(1, holder("b")));
    }

    /** Against a list: the first has the backend, the others wait. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void random_comings_and_goings_keep_the_order(long seed) {
        Random random = new Random(seed);
        QueueSharing sharing = new QueueSharing(5);
        List<String> line = new ArrayList<>();
        Deque<String> turns = new ArrayDeque<>();
        int number = 0;
        for (int step = 0; step < 10_000; step++) {
            if (random.nextBoolean()) {
                String name = "s" + number++;
                switch (sharing.enter(holder(name), recorder(turns, name))) {
                    case Entry.Admitted() -> assertThat(line).isEmpty();
                    case Entry.Waiting(int place, Holder first) -> {
                        assertThat(place).isEqualTo(line.size());
                        assertThat(first.session()).isEqualTo(line.getFirst());
                    }
                    case Entry.Full(int waiting) -> {
                        assertThat(waiting).isEqualTo(5).isEqualTo(line.size() - 1);
                        continue;
                    }
                    case Entry.WaitingBriefly _, Entry.Occupied _ ->
                            throw new AssertionError("a queue lets clients wait");
                }
                line.add(name);
            } else if (!line.isEmpty()) {
                int who = random.nextInt(line.size());
                sharing.leave(holder(line.remove(who)));
                if (who == 0 && !line.isEmpty()) {
                    assertThat(turns.poll()).isEqualTo(line.getFirst());
                }
            }
            assertThat(turns).isEmpty();
            assertThat(sharing.waiting()).isEqualTo(Math.max(0, line.size() - 1));
        }
    }

    private Entry enter(String name) {
        return queue.enter(
                holder(name),
                new Turn() {
                    @Override
                    public void onTurn() {
                        news.add(name + ": turn");
                    }

                    @Override
                    public void onPlace(int place) {
                        news.add(name + ": " + place);
                    }
                });
    }

    private static Turn recorder(Deque<String> turns, String name) {
        return new Turn() {
            @Override
            public void onTurn() {
                turns.add(name);
            }

            @Override
            public void onPlace(int place) {
                assertThat(place).isPositive();
            }
        };
    }

    private static Holder holder(String name) {
        return new Holder(name, "anna", Instant.EPOCH);
    }
}
