package dev.culvert.load.jmh;

import dev.culvert.tunnel.codec.FrameDecoder;
import dev.culvert.tunnel.codec.FrameEncoder;
import dev.culvert.tunnel.codec.MessageWriter;
import dev.culvert.tunnel.frame.Frame;
import dev.culvert.tunnel.frame.Role;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The tunnel's codec, with DATA. */
@State(Scope.Thread)
public class FrameBenchmark {
    /** Of the payload. */
    @Param({"14", "1024", "32768"})
    public int bytes;

    private ByteBuf payload = Unpooled.EMPTY_BUFFER;
    private ByteBuf message = Unpooled.EMPTY_BUFFER;

    /** Makes a payload, and a message of it. */
    @Setup(Level.Trial)
    public void prepare() {
        payload = Unpooled.directBuffer(bytes).writeZero(bytes);
        message = Unpooled.directBuffer(Frame.HEADER_BYTES + bytes);
        ByteBuf encoded = FrameEncoder.encode(data(), PooledByteBufAllocator.DEFAULT);
        message.writeBytes(encoded);
        encoded.release();
    }

    private Frame data() {
        return new Frame.Data(1, payload.retainedDuplicate(), true);
    }

    /** A message whose large payload stays where it is. */
    @Benchmark
    public void encodeByRelay() {
        MessageWriter.write(data(), Role.RELAY, PooledByteBufAllocator.DEFAULT, ByteBuf::release);
    }

    /** A message, masked. */
    @Benchmark
    public void encodeByAgent() {
        MessageWriter.write(data(), Role.AGENT, PooledByteBufAllocator.DEFAULT, ByteBuf::release);
    }

    /** A payload that stays where it is. */
    @Benchmark
    public @Nullable Frame decode() {
        Frame frame = FrameDecoder.decode(message.duplicate(), Role.RELAY);
        if (frame != null) {
            frame.release();
            message.retain();
        }
        return frame;
    }
}
