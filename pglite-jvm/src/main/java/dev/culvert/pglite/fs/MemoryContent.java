package dev.culvert.pglite.fs;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A file's bytes in chunks, so that growing copies nothing and a hole takes no room. Starts as a
 * part of a shared array where the file is part of the package.
 */
final class MemoryContent {
    private static final int CHUNK = 64 * 1024;

    private byte @Nullable [] shared;
    private int sharedOffset;
    private int sharedLength;
    private byte[] @Nullable [] chunks = new byte[0][];
    private long size;

    /** A part of an array, and zeros behind it up to the size. */
    static MemoryContent shared(byte[] all, int offset, int length, long size) {
        MemoryContent content = new MemoryContent();
        content.shared = all;
        content.sharedOffset = offset;
        content.sharedLength = length;
        content.size = size;
        return content;
    }

    long size() {
        return size;
    }

    int read(byte[] target, int offset, int length, long position) {
        int count = (int) Math.min(length, Math.max(0, size - position));
        if (shared != null) {
            int filled = (int) Math.max(0, Math.min(count, sharedLength - position));
            if (filled > 0) {
                System.arraycopy(shared, sharedOffset + (int) position, target, offset, filled);
            }
            Arrays.fill(target, offset + filled, offset + count, (byte) 0);
            return count;
        }
        int done = 0;
        while (done < count) {
            long at = position + done;
            int within = (int) (at % CHUNK);
            int part = Math.min(count - done, CHUNK - within);
            byte[] chunk = chunkOrNull((int) (at / CHUNK));
            if (chunk == null) {
                Arrays.fill(target, offset + done, offset + done + part, (byte) 0);
            } else {
                System.arraycopy(chunk, within, target, offset + done, part);
            }
            done += part;
        }
        return count;
    }

    void write(byte[] source, int offset, int length, long position) {
        unshare();
        int done = 0;
        while (done < length) {
            long at = position + done;
            int within = (int) (at % CHUNK);
            int part = Math.min(length - done, CHUNK - within);
            System.arraycopy(source, offset + done, chunk((int) (at / CHUNK)), within, part);
            done += part;
        }
        size = Math.max(size, position + length);
    }

    void truncate(long newSize) {
        unshare();
        if (newSize < size) {
            int keep = (int) ((newSize + CHUNK - 1) / CHUNK);
            if (keep < chunks.length) {
                chunks = Arrays.copyOf(chunks, keep);
            }
            int within = (int) (newSize % CHUNK);
            byte[] last = within == 0 ? null : chunkOrNull(keep - 1);
            if (last != null) {
                Arrays.fill(last, within, CHUNK, (byte) 0);
            }
        }
        size = newSize;
    }

    private byte @Nullable [] chunkOrNull(int index) {
        return index < chunks.length ? chunks[index] : null;
    }

    private byte[] chunk(int index) {
        if (index >= chunks.length) {
            chunks = Arrays.copyOf(chunks, Math.max(index + 1, chunks.length + chunks.length / 2));
        }
        byte[] chunk = chunks[index];
        if (chunk == null) {
            chunk = allocate();
            chunks[index] = chunk;
        }
        return chunk;
    }

    /** A full heap is to the program a full disk. */
    private static byte[] allocate() {
        try {
            return new byte[CHUNK];
        } catch (OutOfMemoryError e) {
            throw Errno.ENOSPC.exception();
        }
    }

    private void unshare() {
        if (shared != null) {
            byte[] all = shared;
            shared = null;
            write(all, sharedOffset, sharedLength, 0);
        }
    }
}
