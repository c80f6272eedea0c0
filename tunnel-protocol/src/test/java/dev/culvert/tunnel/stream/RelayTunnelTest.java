package dev.culvert.tunnel.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What streams share: numbers, turns, the WebSocket and its end. */
class RelayTunnelTest extends TunnelFixture {
    @Test
    void numbersStreamsFromOneAndNeverAgain() {
        tunnel.open(TunnelFixture::open, listener);
        receive(new Frame.Reject(1, STOPPED));
        tunnel.open(TunnelFixture::open, listener);
        assertThat(output.taken()).containsExactly("OPEN 1", "OPEN 2");
        assertThat(tunnel.streams()).isOne();
    }

    @Test
    void anOpenThatCannotBeMadeLeavesNoStream() {
        assertThatIllegalStateException()
                .isThrownBy(() ->
                        tunnel.open(
                                _ -> {
                                    throw new IllegalStateException("no session");
                                },
                                listener));
        assertThat(tunnel.streams()).isZero();
        tunnel.open(TunnelFixture::open, listener);
        assertThat(output.taken()).containsExactly("OPEN 1");
    }

    @Test
    void framesOnAStreamThatWasNeverOpenedAreViolations() {
        opened();
        for (int stream : List.of(2, -1)) {
            assertViolation(new Frame.Data(stream, bytes("a"), true), "DATA on stream");
            assertViolation(new Frame.Credit(stream, 1), "CREDIT on stream");
            assertViolation(new Frame.Accept(stream), "ACCEPT on stream");
            assertViolation(new Frame.Reject(stream, STOPPED), "REJECT on stream");
            assertViolation(new Frame.Close(stream, null), "CLOSE on stream");
        }
        assertViolation(new Frame.Accept(-1), "4294967295");
    }

    @Test
    void framesOfTheTunnelAreNotItsBusiness() {
        for (Frame frame :
                List.of(
                        new Frame.Ping(1),
                        new Frame.Pong(1, Set.of()),
                        new Frame.Ack(1),
                        new Frame.GoAway("closed", ""),
                        open(1),
                        new Frame.Cancel(1, 1))) {
            assertThatIllegalArgumentException().isThrownBy(() -> receive(frame));
        }
    }

    @Test
    void cutsDataToPayloadsAndMarksOnlyTheEnd() {
        RelayStream stream = opened();
        stream.send(bytes("012345678"), true);
        stream.send(bytes("9"), false);
        assertThat(output.taken())
                .containsExactly("DATA 1 0123", "DATA 1 4567", "DATA 1 8 END", "DATA 1 9");
        assertThat(listener.taken()).containsExactly("sent 4", "sent 4", "sent 1", "sent 1");
    }

    @Test
    void anEmptyEndNeedsNoCreditButKeepsItsPlace() {
        RelayStream stream = opened();
        stream.send(bytes("0123456789"), false);
        stream.send(bytes(""), true);
        assertThat(output.taken())
                .containsExactly("DATA 1 0123", "DATA 1 4567", "DATA 1 89", "DATA 1  END");
        stream.send(bytes("a"), false);
        stream.send(bytes(""), true);
        assertThat(output.taken()).isEmpty();
        receive(new Frame.Credit(1, 1));
        assertThat(output.taken()).containsExactly("DATA 1 a", "DATA 1  END");
    }

    @Test
    void dataWaitsUntilTheOutputIsWritable() {
        RelayStream stream = opened();
        output.room = 0;
        stream.send(bytes("a"), true);
        assertThat(output.taken()).isEmpty();
        assertThat(listener.taken()).isEmpty();
        output.room = 1;
        tunnel.onWritable();
        assertThat(output.taken()).containsExactly("DATA 1 a END");
    }

    @Test
    void everyOtherFramePassesWhileTheOutputIsNotWritable() {
        RelayStream stream = accepted();
        receiveData(stream, "1234");
        receiveData(stream, "5678");
        RelayStream busy = opened();
        output.room = 0;
        busy.send(bytes("waits"), true);
        tunnel.open(TunnelFixture::open, listener);
        stream.cancel(1);
        stream.consumed(8);
        stream.close();
        assertThat(output.taken()).containsExactly("OPEN 3", "CANCEL 1 1", "CREDIT 1 8", "CLOSE 1");
        tunnel.breakOff(STOPPED);
    }

    @Test
    void streamsTakeTurnsOfOneFrame() {
        RelayStream first = opened();
        RelayStream second = opened();
        output.room = 0;
        first.send(bytes("aaaabbbbcc"), true);
        second.send(bytes("AAAABBBBCC"), true);
        output.room = 100;
        tunnel.onWritable();
        assertThat(output.taken())
                .containsExactly(
                        "DATA 1 aaaa",
                        "DATA 2 AAAA",
                        "DATA 1 bbbb",
                        "DATA 2 BBBB",
                        "DATA 1 cc END",
                        "DATA 2 CC END");
    }

    @Test
    void turnsGoOnWhereTheOutputStoppedThem() {
        RelayStream first = opened();
        RelayStream second = opened();
        output.room = 0;
        first.send(bytes("aaaabbbb"), true);
        second.send(bytes("AAAABBBB"), true);
        output.room = 1;
        tunnel.onWritable();
        assertThat(output.taken()).containsExactly("DATA 1 aaaa");
        output.room = 2;
        tunnel.onWritable();
        assertThat(output.taken()).containsExactly("DATA 2 AAAA", "DATA 1 bbbb END");
        output.room = 2;
        tunnel.onWritable();
        assertThat(output.taken()).containsExactly("DATA 2 BBBB END");
    }

    @Test
    void aStreamWithoutCreditLosesNobodyElseATurn() {
        RelayStream first = opened();
        RelayStream second = opened();
        first.send(bytes("0123456789 and more"), true);
        output.taken();
        second.send(bytes("ok"), true);
        assertThat(output.taken()).containsExactly("DATA 2 ok END");
        receive(new Frame.Credit(1, 1));
        assertThat(output.taken()).containsExactly("DATA 1  ");
        tunnel.breakOff(STOPPED);
    }

    @Test
    void turnsHoldWhenListenersSendMoreWhileTheyAreTold() {
        List<RelayStream> streams = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            streams.add(
                    opened(
                            new RecordingListener() {
                                private int left = 2;

                                @Override
                                public void onSent(int bytes) {
                                    // wakes a stream that is not in the round, and goes on itself
                                    if (left-- > 0) {
                                        streams.get(2).send(bytes("x"), false);
                                        streams.get(0).send(bytes("y"), false);
                                    }
                                }
                            }));
        }
        output.room = 0;
        streams.get(0).send(bytes("aaaab"), false);
        streams.get(1).send(bytes("AAAAB"), false);
        output.room = 100;
        tunnel.onWritable();
        assertThat(output.taken())
                .startsWith("DATA 1 aaaa", "DATA 2 AAAA", "DATA 3 x", "DATA 1 b", "DATA 2 B");
        tunnel.breakOff(STOPPED);
    }

    @Test
    void aSessionMayCloseWhileItIsToldOfProgress() {
        List<RelayStream> streams = new ArrayList<>();
        streams.add(
                opened(
                        new RecordingListener() {
                            @Override
                            public void onSent(int bytes) {
                                streams.get(0).close();
                            }
                        }));
        streams.get(0).send(bytes("aaaab"), true);
        assertThat(output.taken()).containsExactly("DATA 1 aaaa", "DATA 1 b END", "CLOSE 1");
    }

    @Test
    void aListenerThatThrowsStopsNoOtherStream() {
        RelayStream broken =
                opened(
                        new RecordingListener() {
                            private boolean thrown;

                            @Override
                            public void onSent(int bytes) {
                                if (!thrown) {
                                    thrown = true;
                                    throw new IllegalStateException("broken session");
                                }
                            }
                        });
        RelayStream sound = opened();
        output.room = 0;
        broken.send(bytes("aaaab"), true);
        sound.send(bytes("A"), true);
        output.room = 100;
        assertThatIllegalStateException().isThrownBy(tunnel::onWritable);
        assertThat(output.taken()).containsExactly("DATA 1 aaaa");
        sound.send(bytes(""), true);
        assertThat(output.taken()).startsWith("DATA 2 A END", "DATA 1 b END");
        tunnel.breakOff(STOPPED);
    }

    @Test
    void breakOffTellsEveryStreamOnceAndDropsWhatWaits() {
        output.room = 0;
        List<RecordingListener> listeners = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            RecordingListener told = new RecordingListener();
            listeners.add(told);
            opened(told).send(bytes("waits"), true);
        }
        tunnel.breakOff(STOPPED);
        tunnel.breakOff(STOPPED);
        assertThat(listeners)
                .allSatisfy(told -> assertThat(told.taken()).containsExactly("end 57P02"));
        assertThat(tunnel.streams()).isZero();
        output.room = 100;
        tunnel.onWritable();
        assertThat(output.taken()).isEmpty();
    }

    @Test
    void breakOffDoesNotTellASessionThatHasClosed() {
        RelayStream stream = opened();
        stream.close();
        tunnel.breakOff(STOPPED);
        assertThat(listener.taken()).isEmpty();
        assertThat(tunnel.streams()).isZero();
    }

    @Test
    void breakOffReachesEveryStreamThoughAListenerThrows() {
        for (int i = 0; i < 2; i++) {
            opened(
                            new RecordingListener() {
                                @Override
                                public void onEnd(@Nullable Refusal reason) {
                                    throw new IllegalStateException("broken session");
                                }
                            })
                    .send(bytes("0123456789 and more"), true);
        }
        opened();
        assertThatIllegalStateException()
                .isThrownBy(() -> tunnel.breakOff(STOPPED))
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        assertThat(listener.taken()).containsExactly("end 57P02");
        assertThat(tunnel.streams()).isZero();
    }
}
