package dev.culvert.pglite.sys;

import dev.culvert.pglite.fs.Errno;
import dev.culvert.pglite.fs.FileStatus;

/**
 * What a file descriptor refers to: an open file description, with a position that duplicates of
 * the descriptor share.
 */
abstract class Stream {
    static final int READABLE = 1;
    static final int WRITABLE = 4;

    long position;
    int flags;
    private int references;

    final void retain() {
        references++;
    }

    final void release() {
        references--;
        if (references == 0) {
            close();
        }
    }

    int read(byte[] target, int offset, int length, long at) {
        throw Errno.EINVAL.exception();
    }

    void write(byte[] source, int offset, int length, long at) {
        throw Errno.EINVAL.exception();
    }

    abstract FileStatus status();

    boolean seekable() {
        return false;
    }

    long size() {
        return 0;
    }

    void truncate(long size) {
        throw Errno.EINVAL.exception();
    }

    void sync(boolean metadata) {
        // nothing to sync
    }

    void setMode(int mode) {
        // devices keep theirs
    }

    /** Which of {@link #READABLE} and {@link #WRITABLE} would not wait. */
    int ready() {
        return READABLE | WRITABLE;
    }

    void close() {
        // nothing to give back
    }
}
