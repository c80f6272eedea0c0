package dev.culvert.agent.dial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.tunnel.credit.WindowLimits;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.Refusal;
import dev.culvert.tunnel.stream.AgentStream;
import dev.culvert.tunnel.stream.AgentStreamListener;
import dev.culvert.tunnel.stream.StreamAcceptor;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The agent's tunnel over WebSockets that come and go, by a clock that the test moves. */
class TunnelAgentTest {
    private static final Refusal STOPPED = Refusal.of("57P01", "stopped");
    private static final Frame.Hello HELLO =
            new Frame.Hello(
                    "test",
                    null,
                    null,
                    null,
                    List.of(new Frame.User("u", "v")),
                    new Frame.Backend(Frame.Backend.Kind.POSTGRES, "18"),
                    null,
                    null,
                    65_536);

    private final ManualSurroundings time = new ManualSurroundings();
    private final FakeRelay relay = new FakeRelay();
    private final List<String> told = new ArrayList<>();
    private final Sessions sessions = new Sessions();
    private boolean busy;
    private boolean saidGoodbye;
    private final TunnelAgent agent =
            new TunnelAgent(
                    new TunnelSettings(HELLO, WindowLimits.fixed(65_536), Duration.ofSeconds(20)),
                    relay,
                    time,
                    sessions,
                    () -> busy,
                    new Owner());

    /** Sessions that write down what comes, and answer when the test says so. */
    private static final class Sessions implements StreamAcceptor {
        final Map<Integer, AgentStream> streams = new HashMap<>();
        final List<String> heard = new ArrayList<>();

        @Override
        public AgentStreamListener begin(Frame.Open open, AgentStream stream) {
            streams.put(open.stream(), stream);
            return new AgentStreamListener() {
                @Override
                public void onData(ByteBuf payload, boolean end) {
                    heard.add(payload.toString(java.nio.charset.StandardCharsets.UTF_8));
                    payload.release();
                }

                @Override
                public void onSent(int bytes) {}

                @Override
                public void onCancel(int batch) {}

                @Override
                public void onClose() {
                    heard.add("closed " + open.stream());
                    stream.close(null);
                }
            };
        }

        AgentStream stream(int id) {
            return Objects.requireNonNull(streams.get(id));
        }
    }

    private final class Owner implements TunnelListener {
        @Override
        public void onLive(Frame.Welcome welcome) {
            told.add("live");
        }

        @Override
        public void onResuming(Instant since, int attempt) {
            told.add("resuming " + attempt);
        }

        @Override
        public void onMoving(String reason, int attempt) {
            told.add("moving " + attempt);
        }

        @Override
        public void onClosed(ClosedReason reason) {
            told.add("closed " + reason.name());
        }
    }

    private FakeRelay.End live() {
        agent.start();
        FakeRelay.End end = relay.next();
        end.open();
        end.welcome(null);
        assertThat(told).containsExactly("live");
        told.clear();
        return end;
    }

    private FakeRelay.End liveWithSession() {
        FakeRelay.End end = live();
        end.say(FakeRelay.open(1));
        assertThat(end.heard()).containsExactly("ACCEPT 1");
        return end;
    }

    private FakeRelay.End redialled() {
        return redialledWithin(Backoff.FIRST);
    }

    @Test
    void says_hello_and_is_live_with_welcome() {
        agent.start();
        FakeRelay.End end = relay.next();
        Frame.Hello hello = end.open();
        assertThat(hello.resumable()).isTrue();
        assertThat(hello.resume()).isNull();
        assertThat(told).isEmpty();
        end.welcome(null);
        assertThat(told).containsExactly("live");
    }

    @Test
    void a_relay_that_refuses_is_not_dialled_again() {
        agent.start();
        FakeRelay.End end = relay.next();
        end.open();
        end.close(4001);
        assertThat(told).containsExactly("closed unauthorized");
        time.pass(Duration.ofHours(1));
        assertThat(relay.dials()).isEqualTo(1);
        assertThat(time.timers()).isZero();
    }

    @Test
    void a_relay_that_cannot_be_reached_ends_the_attempt() {
        agent.start();
        relay.next().fail();
        assertThat(told).containsExactly("closed connection-lost");
    }

    @Test
    void a_relay_that_says_no_welcome_is_given_up() {
        agent.start();
        FakeRelay.End end = relay.next();
        end.open();
        time.pass(Duration.ofSeconds(20));
        assertThat(told).containsExactly("closed dead");
        assertThat(end.closeCode).isEqualTo(4007);
    }

    @Test
    void a_broken_connection_resumes_with_nothing_lost() {
        FakeRelay.End first = liveWithSession();
        first.say(FakeRelay.data(1, "one"));
        sessions.stream(1).send(FakeRelay.data(1, "seen").payload(), true);
        assertThat(first.heard()).containsExactly("DATA 1 seen END");
        first.close(1006);
        assertThat(told).containsExactly("resuming 0");
        sessions.stream(1).send(FakeRelay.data(1, "later").payload(), true);

        FakeRelay.End second = redialled();
        Frame.Hello hello = second.open();
        assertThat(hello.resume()).isEqualTo(new Frame.Resume("name", FakeRelay.SECRET, 2L));
        second.welcome(1L); // ACCEPT had come, DATA had not
        assertThat(second.heard()).containsExactly("DATA 1 seen END", "DATA 1 later END");
        second.say(FakeRelay.data(1, "two"));
        assertThat(sessions.heard).containsExactly("one", "two");
        assertThat(told).containsExactly("resuming 0", "resuming 1", "live");
    }

    @Test
    void a_new_epoch_ends_the_sessions_of_the_last() {
        FakeRelay.End first = liveWithSession();
        first.close(1006);
        FakeRelay.End second = redialled();
        second.open();
        second.welcome(null);
        assertThat(sessions.heard).containsExactly("closed 1");
        second.say(FakeRelay.open(1));
        assertThat(second.heard()).containsExactly("ACCEPT 1");
    }

    @Test
    void waits_longer_each_time_until_the_grace_period_is_over() {
        FakeRelay.End first = live();
        first.close(1006);
        List<Long> waits = new ArrayList<>();
        long lastDial = time.nanoTime();
        while (!told.contains("closed connection-lost")) {
            time.pass(Duration.ofMillis(1));
            if (!relay.isQuiet()) {
                waits.add(Duration.ofNanos(time.nanoTime() - lastDial).toMillis());
                lastDial = time.nanoTime();
                relay.next().fail();
            }
        }
        // the last attempt is made as the 30 seconds of grace end
        assertThat(waits)
                .containsExactly(100L, 200L, 400L, 800L, 1600L, 3200L, 6400L, 12_800L, 4500L);
        assertThat(time.timers()).isZero();
    }

    @Test
    void a_frame_after_welcome_makes_waits_short_again() {
        FakeRelay.End first = live();
        first.close(1006);
        time.pass(Duration.ofMillis(100));
        relay.next().fail();
        time.pass(Duration.ofMillis(200));
        FakeRelay.End second = relay.next();
        second.open();
        second.welcome(0L);
        second.ping();
        second.close(1006);
        time.pass(Duration.ofMillis(100));
        assertThat(relay.isQuiet()).isFalse();
    }

    @Test
    void a_dial_may_wait_for_no_time_at_all() {
        time.dice = 0;
        live().close(1006);
        time.pass(Duration.ZERO);
        assertThat(relay.isQuiet()).isFalse();
    }

    @Test
    void a_relay_that_is_silent_is_left_and_dialled_again() {
        FakeRelay.End first = live();
        time.pass(Duration.ofSeconds(44));
        first.ping();
        time.pass(Duration.ofSeconds(44));
        assertThat(first.closeCode).isZero();
        time.pass(Duration.ofSeconds(1));
        assertThat(first.closeCode).isEqualTo(4007);
        assertThat(told).containsExactly("resuming 0");
    }

    @Test
    void a_computer_that_slept_first_looks_at_what_has_come() {
        FakeRelay.End first = live();
        time.sleep(Duration.ofHours(1));
        time.pass(Duration.ofMillis(500));
        assertThat(first.closeCode).isZero();
        first.ping();
        time.pass(Duration.ofSeconds(2));
        assertThat(first.closeCode).isZero();
    }

    @Test
    void answers_ping_with_ack_and_pong() {
        FakeRelay.End end = liveWithSession();
        busy = true;
        end.say(new Frame.Ping(9));
        assertThat(end.heard()).containsExactly("ACK 1", "PONG 9 BUSY");
    }

    @Test
    void a_tunnel_whose_lifetime_is_over_is_not_resumed() {
        FakeRelay.End end = liveWithSession();
        end.say(new Frame.GoAway("lifetime", "over"));
        end.close(4010);
        assertThat(told).containsExactly("closed lifetime");
        assertThat(sessions.heard).containsExactly("closed 1");
        assertThat(time.timers()).isZero();
    }

    @Test
    void a_tunnel_that_the_relays_operator_ended_is_not_resumed() {
        FakeRelay.End end = liveWithSession();
        end.say(new Frame.GoAway("killed", "the relay's operator ended the session"));
        end.close(4013);
        assertThat(told).containsExactly("closed killed");
        assertThat(time.timers()).isZero();
    }

    @Test
    void a_goodbye_counts_even_when_the_connection_then_breaks() {
        FakeRelay.End end = live();
        end.say(new Frame.GoAway("lifetime", "over"));
        end.close(1006);
        assertThat(told).containsExactly("closed lifetime");
    }

    @Test
    void an_agent_that_is_fenced_does_not_dial_again() {
        live().close(4006);
        assertThat(told).containsExactly("closed superseded");
    }

    @Test
    void a_violation_ends_the_tunnel() {
        FakeRelay.End end = liveWithSession();
        end.sayBytes(6, 0, 0, 0, 0, 0, 0, 9);
        assertThat(end.closeCode).isEqualTo(4000);
        assertThat(told).containsExactly("closed violation");
        assertThat(sessions.heard).containsExactly("closed 1");
        assertThat(time.timers()).isZero();
    }

    @Test
    void a_resume_that_is_impossible_is_a_violation() {
        live().close(1006);
        FakeRelay.End second = redialled();
        second.open();
        second.welcome(5L);
        assertThat(second.closeCode).isEqualTo(4000);
        assertThat(told).endsWith("closed violation");
    }

    @Test
    void stopping_tells_clients_and_the_relay() {
        FakeRelay.End end = liveWithSession();
        agent.stop(STOPPED, () -> saidGoodbye = true);
        assertThat(end.heard()).containsExactly("CLOSE 1 57P01", "GOAWAY closed");
        assertThat(end.closeCode).isEqualTo(1000);
        assertThat(saidGoodbye).isTrue();
        assertThat(told).containsExactly("closed closed");
        assertThat(sessions.heard).containsExactly("closed 1");
        agent.stop(STOPPED, () -> {});
        assertThat(time.timers()).isZero();
    }

    @Test
    void stopping_while_it_resumes_comes_back_only_to_say_goodbye() {
        liveWithSession().close(1006);
        agent.stop(STOPPED, () -> saidGoodbye = true);
        assertThat(told).endsWith("closed closed");
        assertThat(saidGoodbye).isFalse();
        relay.next().fail();
        FakeRelay.End second = redialledWithin(Duration.ofSeconds(1));
        assertThat(second.open().resume()).isNotNull();
        second.welcome(1L);
        assertThat(second.heard()).containsExactly("GOAWAY closed");
        assertThat(saidGoodbye).isTrue();
        assertThat(time.timers()).isZero();
    }

    @Test
    void a_goodbye_to_a_relay_that_cannot_be_reached_takes_five_seconds() {
        live().close(1006);
        agent.stop(STOPPED, () -> saidGoodbye = true);
        time.pass(Duration.ofSeconds(5));
        assertThat(saidGoodbye).isTrue();
    }

    private FakeRelay.End redialledWithin(Duration wait) {
        time.pass(wait);
        return relay.next();
    }

    @Test
    void moves_to_another_relay_and_lets_the_old_one_go_when_it_is_empty() {
        FakeRelay.End old = liveWithSession();
        old.say(new Frame.GoAway("draining", "update"));
        assertThat(told).containsExactly("moving 0");
        FakeRelay.End other = redialledWithin(Duration.ofMillis(100));
        assertThat(other.open().resume())
                .isEqualTo(new Frame.Resume("name", FakeRelay.SECRET, null));
        other.welcome(null);
        assertThat(told).containsExactly("moving 0", "moving 1", "live");

        old.say(FakeRelay.data(1, "goes on"));
        assertThat(sessions.heard).containsExactly("goes on");
        assertThat(old.closeCode).isZero();
        old.say(new Frame.Close(1, null));
        assertThat(old.heard()).contains("CLOSE 1", "GOAWAY closed");
        assertThat(old.closeCode).isEqualTo(1000);
        assertThat(other.closeCode).isZero();
    }

    @Test
    void a_move_that_comes_out_at_a_relay_that_drains_is_tried_again() {
        FakeRelay.End old = live();
        old.say(new Frame.GoAway("draining", "update"));
        FakeRelay.End other = redialledWithin(Duration.ofMillis(100));
        other.open();
        other.close(4011);
        FakeRelay.End third = redialledWithin(Duration.ofMillis(200));
        third.open();
        third.welcome(null);
        assertThat(told).endsWith("live");
        assertThat(old.closeCode).isEqualTo(1000);
    }

    @Test
    void a_relay_that_ends_before_the_move_leads_to_a_new_epoch() {
        FakeRelay.End old = liveWithSession();
        old.say(new Frame.GoAway("draining", "update"));
        old.close(4011);
        assertThat(sessions.heard).containsExactly("closed 1");
        FakeRelay.End other = redialledWithin(Duration.ofMillis(200));
        assertThat(other.open().resume())
                .isEqualTo(new Frame.Resume("name", FakeRelay.SECRET, null));
        other.welcome(null);
        assertThat(told).endsWith("live");
    }
}
