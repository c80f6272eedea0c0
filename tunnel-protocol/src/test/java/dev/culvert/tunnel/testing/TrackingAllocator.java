package dev.culvert.tunnel.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledDirectByteBuf;
import io.netty.buffer.UnpooledHeapByteBuf;
import java.util.ArrayList;
import java.util.List;

/** Remembers every buffer that it made, so that a test can ask for those nobody released. */
public final class TrackingAllocator extends AbstractByteBufAllocator {
    private final List<ByteBuf> live = new ArrayList<>();

    /** Prefers heap buffers. */
    public TrackingAllocator() {
        super(false);
    }

    /** Fails when a buffer is still held. */
    public void assertNothingHeld() {
        assertThat(heldBytes()).as("bytes of %d buffers held", live.size()).isZero();
        assertThat(live).isEmpty();
    }

    /** Capacity of all buffers that are not released. */
    public long heldBytes() {
        live.removeIf(buffer -> buffer.refCnt() == 0);
        return live.stream().mapToLong(ByteBuf::capacity).sum();
    }

    @Override
    public boolean isDirectBufferPooled() {
        return false;
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        return track(new UnpooledHeapByteBuf(this, initialCapacity, maxCapacity));
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        return track(new UnpooledDirectByteBuf(this, initialCapacity, maxCapacity));
    }

    private ByteBuf track(ByteBuf buffer) {
        live.add(buffer);
        return buffer;
    }
}
