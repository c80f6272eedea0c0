package dev.culvert.tunnel.testing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import java.util.Arrays;

/** Ways in which the same bytes may arrive in a buffer. */
public enum BufferShape {
    HEAP {
        @Override
        public ByteBuf hold(byte[] bytes, ByteBufAllocator allocator) {
            return allocator.heapBuffer(bytes.length + 1).writeBytes(bytes);
        }
    },
    DIRECT {
        @Override
        public ByteBuf hold(byte[] bytes, ByteBufAllocator allocator) {
            return allocator.directBuffer(bytes.length + 1).writeBytes(bytes);
        }
    },
    READER_INDEX_1 {
        @Override
        public ByteBuf hold(byte[] bytes, ByteBufAllocator allocator) {
            return after(1, bytes, allocator);
        }
    },
    READER_INDEX_13 {
        @Override
        public ByteBuf hold(byte[] bytes, ByteBufAllocator allocator) {
            return after(13, bytes, allocator);
        }
    },
    /** In the middle of a larger buffer. */
    SLICE {
        @Override
        public ByteBuf hold(byte[] bytes, ByteBufAllocator allocator) {
            ByteBuf larger = allocator.buffer(bytes.length + 10).writeLong(-1).writeBytes(bytes);
            return larger.writeShort(-1).slice(8, bytes.length);
        }
    },
    /** Header and payload in components of three bytes, behind bytes that were read. */
    COMPOSITE {
        @Override
        public ByteBuf hold(byte[] bytes, ByteBufAllocator allocator) {
            CompositeByteBuf composite = allocator.compositeBuffer(Integer.MAX_VALUE);
            composite.addComponent(true, allocator.buffer(2).writeShort(-1));
            for (int from = 0; from < bytes.length; from += 3) {
                byte[] piece = Arrays.copyOfRange(bytes, from, Math.min(from + 3, bytes.length));
                composite.addComponent(true, allocator.buffer(3).writeBytes(piece));
            }
            return composite.skipBytes(2);
        }
    };

    /** A buffer whose readable bytes are these; the caller releases it. */
    public abstract ByteBuf hold(byte[] bytes, ByteBufAllocator allocator);

    private static ByteBuf after(int index, byte[] bytes, ByteBufAllocator allocator) {
        return allocator
                .buffer(index + bytes.length)
                .writeZero(index)
                .writeBytes(bytes)
                .skipBytes(index);
    }
}
