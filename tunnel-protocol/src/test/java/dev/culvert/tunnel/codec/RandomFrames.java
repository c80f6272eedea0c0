package dev.culvert.tunnel.codec;

import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.FrameType;
import dev.culvert.tunnel.frame.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Any frame that the specification allows. */
final class RandomFrames {
    private static final List<String> PIECES =
            List.of(
                    "a", "Z", "0", " ", "-", "\"", "\\", "\n", "\u0000", "/", "é", "用", "😀",
                    "\ud800");

    private final Random random;
    private final ByteBufAllocator allocator;

    RandomFrames(Random random, ByteBufAllocator allocator) {
        this.random = random;
        this.allocator = allocator;
    }

    Frame next(FrameType type) {
        return switch (type) {
            case HELLO -> hello();
            case WELCOME ->
                    new Frame.Welcome(
                            text(100),
                            text(63),
                            text(255),
                            between(1, 65_535),
                            seconds(),
                            seconds(),
                            timeouts(),
                            between(1_024, 65_536),
                            window(),
                            random.nextBoolean() ? resumption() : null);
            case OPEN ->
                    new Frame.Open(
                            stream(),
                            text(255),
                            text(1_000),
                            text(1_000),
                            new Frame.Client(text(255), between(0, 65_535)),
                            text(1_000));
            case ACCEPT -> new Frame.Accept(stream());
            case REJECT -> new Frame.Reject(stream(), refusal());
            case DATA -> new Frame.Data(stream(), payload(), random.nextBoolean());
            case CREDIT -> new Frame.Credit(stream(), between(1, Integer.MAX_VALUE));
            case CANCEL -> new Frame.Cancel(stream(), notZero());
            case CLOSE -> new Frame.Close(stream(), random.nextBoolean() ? refusal() : null);
            case PING -> new Frame.Ping(random.nextLong());
            case PONG -> pong();
            case ACK -> new Frame.Ack(random.nextLong());
            case GOAWAY -> new Frame.GoAway(text(255), text(1_000));
        };
    }

    private Frame hello() {
        List<Frame.User> users =
                IntStream.range(0, between(1, random.nextInt(8) == 0 ? 100 : 3))
                        .mapToObj(_ -> user())
                        .toList();
        Frame.Backend.Kind[] kinds = Frame.Backend.Kind.values();
        return new Frame.Hello(
                text(100),
                optionalText(63),
                optionalText(1_000),
                optionalText(20),
                users,
                IntStream.range(0, between(0, 3)).mapToObj(_ -> text(50)).toList(),
                new Frame.Backend(kinds[random.nextInt(kinds.length)], text(100)),
                random.nextBoolean() ? seconds() : null,
                random.nextBoolean() ? seconds() : null,
                timeouts(),
                window(),
                random.nextBoolean(),
                random.nextBoolean() ? new Frame.Resume(text(63), text(43), count()) : null);
    }

    private Frame.Timeouts timeouts() {
        return new Frame.Timeouts(
                random.nextBoolean() ? seconds() : null,
                random.nextBoolean() ? seconds() : null,
                random.nextBoolean() ? seconds() : null);
    }

    private Frame.Resumption resumption() {
        String secret = "s".repeat(Frame.Resumption.SECRET_LENGTH);
        return new Frame.Resumption(secret, seconds(), count());
    }

    private @Nullable Long count() {
        return random.nextBoolean() ? random.nextLong(Long.MAX_VALUE) : null;
    }

    private Frame.User user() {
        return new Frame.User(
                text(255),
                optionalText(100),
                random.nextBoolean() ? random.nextLong(Frame.User.MAX_EXPIRES + 1) : null);
    }

    private Frame pong() {
        EnumSet<Frame.PongFlag> flags = EnumSet.noneOf(Frame.PongFlag.class);
        for (Frame.PongFlag flag : Frame.PongFlag.values()) {
            if (random.nextBoolean()) {
                flags.add(flag);
            }
        }
        return new Frame.Pong(random.nextLong(), flags);
    }

    private Refusal refusal() {
        String digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        StringBuilder sqlstate = new StringBuilder();
        for (int i = 0; i < 5; i++) {
            sqlstate.append(digits.charAt(random.nextInt(digits.length())));
        }
        return new Refusal(
                sqlstate.toString(), text(1_000), optionalText(1_000), optionalText(1_000));
    }

    private ByteBuf payload() {
        int size = random.nextInt(4) == 0 ? between(0, Frame.MAX_PAYLOAD) : random.nextInt(20);
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return allocator.buffer(size + 1).writeBytes(bytes);
    }

    /** Also the streams whose number is negative as an int. */
    private int stream() {
        return random.nextBoolean() ? between(1, 100) : notZero();
    }

    private int notZero() {
        int number = random.nextInt();
        return number == 0 ? -1 : number;
    }

    private int seconds() {
        return between(1, 366 * 24 * 3_600);
    }

    private int window() {
        return between(Frame.Hello.MIN_WINDOW, Frame.Hello.MAX_WINDOW);
    }

    private int between(int min, int max) {
        return (int) random.nextLong(min, max + 1L);
    }

    private @Nullable String optionalText(int max) {
        return random.nextBoolean() ? text(max) : null;
    }

    private String text(int max) {
        int length = random.nextInt(8) == 0 ? max : random.nextInt(Math.min(max, 20) + 1);
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            String piece = PIECES.get(random.nextInt(PIECES.size()));
            text.append(text.length() + piece.length() > length ? "x" : piece);
        }
        return text.toString();
    }
}
