package dev.culvert.tunnel.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.tunnel.frame.Frame;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The transitions of {@link RelayStream}, and what each state refuses. */
class RelayStreamTest extends TunnelFixture {
    @Nested
    class Opened {
        private final RelayStream stream = opened();

        @Test
        void acceptMakesItAccepted() {
            receive(new Frame.Accept(1));
            assertThat(listener.taken()).containsExactly("accepted");
            assertThat(tunnel.streams()).isOne();
        }

        @Test
        void sendsWithoutWaitingForAccept() {
            stream.send(bytes("abc"), true);
            assertThat(output.taken()).containsExactly("DATA 1 abc END");
            assertThat(listener.taken()).containsExactly("sent 3");
        }

        @Test
        void rejectEndsItWithoutAnswer() {
            stream.send(bytes("more than the window"), true);
            output.taken();
            listener.taken();
            receive(new Frame.Reject(1, STOPPED));
            assertThat(listener.taken()).containsExactly("end 57P02");
            assertThat(output.taken()).isEmpty();
            assertThat(tunnel.streams()).isZero();
        }

        @Test
        void closeOfTheAgentIsAnsweredOnce() {
            receive(new Frame.Close(1, STOPPED));
            assertThat(listener.taken()).containsExactly("end 57P02");
            assertThat(output.taken()).containsExactly("CLOSE 1");
            assertThat(tunnel.streams()).isZero();
        }

        @Test
        void closeMakesItClosing() {
            stream.close();
            stream.close();
            assertThat(output.taken()).containsExactly("CLOSE 1");
            assertThat(tunnel.streams()).isOne();
        }

        @Test
        void dataIsAViolation() {
            assertViolation(new Frame.Data(1, bytes("a"), true), "DATA before ACCEPT of stream 1");
            assertThat(listener.taken()).isEmpty();
        }

        @Test
        void cancelsByTheNumberOfTheBatch() {
            stream.cancel(3);
            assertThat(output.taken()).containsExactly("CANCEL 1 3");
        }
    }

    @Nested
    class Accepted {
        private final RelayStream stream = accepted();

        @Test
        void handsAnswersOn() {
            receiveData(stream, "abc");
            receive(new Frame.Data(1, bytes("d"), true));
            receive(new Frame.Data(1, bytes(""), true));
            assertThat(listener.taken()).containsExactly("data abc", "data d END", "data  END");
        }

        @Test
        void secondAcceptIsAViolation() {
            assertViolation(new Frame.Accept(1), "second ACCEPT of stream 1");
        }

        @Test
        void rejectIsAViolation() {
            assertViolation(new Frame.Reject(1, STOPPED), "REJECT of accepted stream 1");
            assertThat(listener.taken()).isEmpty();
        }

        @Test
        void moreThanTheCreditIsAViolation() {
            receiveData(stream, "1234");
            receiveData(stream, "5678");
            assertViolation(new Frame.Data(1, bytes("9ab"), false), "3 bytes with a credit of 2");
            assertThat(listener.taken()).containsExactly("data 1234", "data 5678");
        }

        @Test
        void moreThanTheNegotiatedPayloadIsAViolation() {
            assertViolation(new Frame.Data(1, bytes("12345"), false), "DATA of 5 bytes");
        }

        @Test
        void consumingGrantsAgain() {
            receiveData(stream, "1234");
            receiveData(stream, "5678");
            stream.consumed(1);
            assertThat(output.taken()).isEmpty();
            stream.consumed(0);
            stream.consumed(5);
            assertThat(output.taken()).containsExactly("CREDIT 1 6");
            receiveData(stream, "9abc");
            receiveData(stream, "defg");
            assertViolation(new Frame.Data(1, bytes("h"), false), "credit of 0");
        }

        @Test
        void tellsOnceThatItWaitsForCredit() {
            stream.send(bytes("0123456789"), false);
            assertThat(listener.stalls).isZero();
            stream.send(bytes("abcdefgh"), false);
            stream.send(bytes("ij"), true);
            assertThat(listener.stalls).isOne();
            receive(new Frame.Credit(1, 4));
            assertThat(listener.stalls).isEqualTo(2);
            receive(new Frame.Credit(1, 100));
            assertThat(listener.stalls).isEqualTo(2);
        }

        @Test
        void tellsThatTheAgentHasNoCreditLeft() {
            receiveData(stream, "1234");
            receiveData(stream, "5678");
            assertThat(listener.agentStalls).isZero();
            receiveData(stream, "9a");
            assertThat(listener.agentStalls).isOne();
            stream.consumed(10);
            receiveData(stream, "bcde");
            assertThat(listener.agentStalls).isOne();
        }

        @Test
        void creditThatPassesTheLargestSumIsAViolation() {
            receive(new Frame.Credit(1, Integer.MAX_VALUE - WINDOW));
            assertViolation(new Frame.Credit(1, 1), "credit overflow");
        }

        @Test
        void closeOfTheAgentIsAnsweredOnceAndDropsWhatWaits() {
            stream.send(bytes("more than the window"), true);
            output.taken();
            listener.taken();
            receive(new Frame.Close(1, null));
            assertThat(listener.taken()).containsExactly("end without a reason");
            assertThat(output.taken()).containsExactly("CLOSE 1");
            stream.close();
            assertThat(output.taken()).isEmpty();
        }
    }

    @Nested
    class Closing {
        private final RelayStream stream = accepted();

        @Test
        void closeFollowsTheDataOfItsStream() {
            stream.send(bytes("0123456789ab"), true);
            stream.close();
            assertThat(output.taken()).containsExactly("DATA 1 0123", "DATA 1 4567", "DATA 1 89");
            receive(new Frame.Credit(1, 100));
            assertThat(output.taken()).containsExactly("DATA 1 ab END", "CLOSE 1");
        }

        @Test
        void theListenerHearsNoMore() {
            stream.send(bytes("0123456789ab"), true);
            listener.taken();
            stream.close();
            receiveData(stream, "late");
            receive(new Frame.Credit(1, 1));
            receive(new Frame.Close(1, STOPPED));
            assertThat(listener.taken()).isEmpty();
        }

        @Test
        void lateFramesAreDropped() {
            stream.close();
            output.taken();
            receiveData(stream, "1234");
            receiveData(stream, "1234");
            receiveData(stream, "more than the credit".substring(0, 4));
            receive(new Frame.Credit(1, Integer.MAX_VALUE));
            receive(new Frame.Accept(1));
            assertThat(output.taken()).isEmpty();
            assertThat(tunnel.streams()).isOne();
        }

        @Test
        void closeOfTheAgentMakesItGone() {
            stream.close();
            output.taken();
            receive(new Frame.Close(1, null));
            assertThat(output.taken()).isEmpty();
            assertThat(tunnel.streams()).isZero();
        }

        @Test
        void closeOfTheAgentIsAnsweredThoughDataStillWaits() {
            stream.send(bytes("0123456789ab"), true);
            stream.close();
            output.taken();
            receive(new Frame.Close(1, null));
            assertThat(output.taken()).containsExactly("CLOSE 1");
            assertThat(tunnel.streams()).isZero();
        }

        @Test
        void rejectMakesItGone() {
            RelayStream second = opened();
            second.close();
            receive(new Frame.Reject(second.id(), STOPPED));
            assertThat(listener.taken()).isEmpty();
            assertThat(tunnel.streams()).isOne();
        }

        @Test
        void takesNothingFromItsSession() {
            stream.close();
            output.taken();
            stream.send(bytes("late"), true);
            stream.cancel(1);
            stream.consumed(5);
            assertThat(output.taken()).isEmpty();
        }

        @Test
        void anUnreadAnswerDoesNotHoldUpTheDataThatWaits() {
            receiveData(stream, "1234");
            receiveData(stream, "5678");
            stream.send(bytes("0123456789ab"), true);
            output.taken();
            stream.close();
            assertThat(output.taken()).containsExactly("CREDIT 1 8");
            receiveData(stream, "1234");
            receiveData(stream, "5678");
            assertThat(output.taken()).containsExactly("CREDIT 1 4", "CREDIT 1 4");
            receive(new Frame.Credit(1, 2));
            assertThat(output.taken()).containsExactly("DATA 1 ab END", "CLOSE 1");
        }

        @Test
        void creditHoldsUntilCloseIsSent() {
            stream.send(bytes("0123456789ab"), true);
            stream.close();
            output.taken();
            receiveData(stream, "1234");
            receiveData(stream, "5678");
            receiveData(stream, "9abc");
            assertThat(output.taken()).containsExactly("CREDIT 1 4", "CREDIT 1 4", "CREDIT 1 4");
            receiveData(stream, "defg");
            receive(new Frame.Close(1, null));
        }
    }

    @Nested
    class Gone {
        private final RelayStream stream = accepted();

        @Test
        void takesNothingFromItsSession() {
            receive(new Frame.Close(1, null));
            output.taken();
            stream.send(bytes("late"), true);
            stream.cancel(1);
            stream.consumed(5);
            stream.close();
            assertThat(output.taken()).isEmpty();
        }

        @Test
        void everyFrameIsAViolation() {
            receive(new Frame.Close(1, null));
            assertViolation(new Frame.Data(1, bytes("late"), true), "DATA on stream 1");
            assertViolation(new Frame.Credit(1, 1), "CREDIT on stream 1");
            assertViolation(new Frame.Accept(1), "ACCEPT on stream 1");
            assertViolation(new Frame.Reject(1, STOPPED), "REJECT on stream 1");
            assertViolation(new Frame.Close(1, null), "CLOSE on stream 1");
        }
    }
}
