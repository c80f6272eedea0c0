package dev.culvert.front.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.front.backend.BackendSession;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.front.observe.RefusedClient;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.observe.SessionTotals;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.front.testing.RawClient;
import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.error.WireException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** COPY FROM STDIN on its way to the backend: which batches its messages become. */
class CopyInForwardingTest {
    private final Recorder recorder = new Recorder();
    private final BatchForwarder forwarder =
            new BatchForwarder(recorder, recorder.port, times(recorder.port));

    @Test
    void data_that_comes_before_the_answer_waits_for_it() {
        feed("Q", "d", "d", "c");
        assertThat(recorder.batches).containsExactly("Q");
        assertThat(forwarder.isWaitingForClient()).isFalse();

        answer(true);

        assertThat(recorder.batches).containsExactly("Q", "ddc");
        answer(false);
        assertThat(forwarder.isWaitingForClient()).isTrue();
    }

    @Test
    void data_that_nobody_waits_for_is_dropped() {
        feed("Q", "d", "c");
        answer(false);
        feed("d", "f", "Q");

        assertThat(recorder.batches).containsExactly("Q", "Q");
    }

    @Test
    void an_execute_that_data_follows_is_flushed() {
        feed("P", "B", "E", "d", "c", "S");
        assertThat(recorder.batches).containsExactly("PBEH");

        answer(true);

        assertThat(recorder.batches).containsExactly("PBEH", "dc", "S");
    }

    @Test
    void the_sync_before_the_data_is_a_batch_and_those_among_it_are_dropped() {
        feed("P", "B", "E", "S");
        answer(true);
        feed("S", "d", "H", "d", "c", "S");

        assertThat(recorder.batches).containsExactly("PBES", "ddc", "S");
    }

    @Test
    void one_query_may_copy_twice() {
        feed("Q", "d", "c", "d", "f", "Q");
        answer(true);
        assertThat(recorder.batches).containsExactly("Q", "dc");
        answer(true);

        assertThat(recorder.batches).containsExactly("Q", "dc", "df", "Q");
    }

    @Test
    void a_copy_is_not_the_time_to_wait_for_the_client() {
        feed("Q");
        answer(true);
        assertThat(forwarder.isWaitingForClient()).isFalse();
        assertThat(forwarder.running()).isEqualTo(2);
        feed("d");
        assertThat(forwarder.isWaitingForClient()).isFalse();
        feed("c");
        answer(false);

        assertThat(forwarder.isWaitingForClient()).isTrue();
        assertThat(forwarder.running()).isZero();
    }

    @Test
    void an_answer_before_the_end_of_the_data_ends_the_batch() {
        feed("Q");
        answer(true);
        byte[] data = message('d');
        feed(Arrays.copyOf(data, 7));
        answer(false);
        assertThat(recorder.batches).hasSize(2);
        assertThat(forwarder.isWaitingForClient()).isTrue();

        feed(Arrays.copyOfRange(data, 7, data.length));
        feed("d", "c", "Q");

        assertThat(recorder.batches).hasSize(3).last().isEqualTo("Q");
    }

    @Test
    void a_statement_among_the_data_breaks_the_protocol() {
        feed("Q");
        answer(true);

        Assertions.assertThatThrownBy(() -> feed("d", "Q"))
                .isInstanceOf(WireException.class)
                .hasMessageContaining("during COPY from stdin");
    }

    @Test
    void data_that_waits_stops_the_client() {
        feed("Q");
        feed(RawClient.message('d', new byte[300_000]));
        assertThat(recorder.reading).isFalse();

        answer(false);

        assertThat(recorder.reading).isTrue();
    }

    /** However the bytes are cut, and whenever the answers come, the batches are the same. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void batches_do_not_depend_on_cuts_and_times(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            Script script = Script.random(random);
            Recorder to = new Recorder();
            BatchForwarder cutting = new BatchForwarder(to, to.port, times(to.port));
            int answered = 0;
            int at = 0;
            while (at < script.bytes.length || answered < to.batches.size()) {
                if (at < script.bytes.length && random.nextInt(3) > 0) {
                    int size = Math.min(script.bytes.length - at, 1 + random.nextInt(12));
                    cutting.add(Unpooled.copiedBuffer(script.bytes, at, size));
                    cutting.forward();
                    at += size;
                } else if (answered < to.batches.size()) {
                    boolean copy = script.copies.get(answered);
                    answered++;
                    cutting.onAnswered(copy);
                    cutting.forward();
                }
            }
            assertThat(to.batches).isEqualTo(script.batches);
            assertThat(cutting.isWaitingForClient()).isTrue();
            cutting.release();
        }
    }

    private void feed(String... types) {
        for (String type : types) {
            feed(message(type.charAt(0)));
        }
    }

    private void feed(byte[] bytes) {
        forwarder.add(Unpooled.copiedBuffer(bytes));
        forwarder.forward();
    }

    private void answer(boolean beginsCopyIn) {
        forwarder.onAnswered(beginsCopyIn);
        forwarder.forward();
    }

    private static byte[] message(char type) {
        return switch (type) {
            case 'S', 'H', 'c' -> RawClient.message(type, new byte[0]);
            default -> RawClient.message(type, "body\0".getBytes(StandardCharsets.UTF_8));
        };
    }

    /** What a client sends without waiting, and the batches that it makes. */
    private record Script(byte[] bytes, List<String> batches, List<Boolean> copies) {
        static Script random(Random random) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            List<String> batches = new ArrayList<>();
            List<Boolean> copies = new ArrayList<>();
            for (int n = 1 + random.nextInt(6); n > 0; n--) {
                String start = List.of("Q", "PBES", "PBE", "PDH").get(random.nextInt(4));
                boolean flushed = start.equals("PBE");
                boolean copy = !start.equals("PDH") && random.nextBoolean();
                write(bytes, start);
                batches.add(flushed ? start + "H" : start);
                copies.add(copy);
                String data = "d".repeat(random.nextInt(4)) + (random.nextBoolean() ? "c" : "f");
                if (flushed || copy || random.nextInt(4) == 0) {
                    write(bytes, data);
                    if (copy) {
                        batches.add(data);
                        copies.add(false);
                    }
                }
                if (!start.equals("Q")) {
                    write(bytes, "S");
                    batches.add("S");
                    copies.add(false);
                }
            }
            return new Script(bytes.toByteArray(), batches, copies);
        }

        private static void write(ByteArrayOutputStream bytes, String types) {
            types.chars().forEach(type -> bytes.writeBytes(message((char) type)));
        }
    }

    /** Writes down the types of the messages of each batch. */
    private static final class Recorder implements BackendSession {
        final List<String> batches = new ArrayList<>();
        boolean reading = true;
        private final ByteBuf batch = Unpooled.buffer();

        final ClientPort port =
                new ClientPort() {
                    @Override
                    public ByteBufAllocator allocator() {
                        return UnpooledByteBufAllocator.DEFAULT;
                    }

                    @Override
                    public Executor executor() {
                        return Runnable::run;
                    }

                    @Override
                    public Runnable schedule(Duration delay, Runnable action) {
                        throw new AssertionError("nothing here is timed");
                    }

                    @Override
                    public long nanoTime() {
                        return 0;
                    }

                    @Override
                    public void write(ByteBuf bytes, Runnable written) {
                        throw new AssertionError("nothing is said to the client");
                    }

                    @Override
                    public void reading(boolean on) {
                        reading = on;
                    }

                    @Override
                    public void farewell(@Nullable ErrorResponse error) {
                        throw new AssertionError("nothing is said to the client");
                    }
                };

        @Override
        public void send(ByteBuf bytes, boolean endOfBatch) {
            batch.writeBytes(bytes);
            bytes.release();
            if (endOfBatch) {
                StringBuilder types = new StringBuilder();
                while (batch.readableBytes() >= 5) {
                    types.append((char) batch.readByte());
                    int body = batch.readInt() - 4;
                    batch.skipBytes(Math.min(body, batch.readableBytes()));
                }
                batches.add(types.toString());
                batch.clear();
            }
        }

        @Override
        public void consumed(int bytes) {
            throw new AssertionError("nothing was answered");
        }

        @Override
        public void cancel(int batch) {
            throw new AssertionError("nothing is cancelled");
        }

        @Override
        public void close() {
            throw new AssertionError("nothing is closed");
        }
    }

    private static BatchTimes times(ClientPort port) {
        return new BatchTimes(port, new Nobody());
    }

    /** Hears nothing. */
    private static final class Nobody implements FrontObserver {
        @Override
        public void onSessionStarted(SessionInfo session) {}

        @Override
        public void onSessionEnded(SessionInfo session, SessionTotals totals, Refusal reason) {}

        @Override
        public void onRefused(RefusedClient client, Refusal refusal) {}
    }
}
