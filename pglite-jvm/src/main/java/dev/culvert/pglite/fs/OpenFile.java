package dev.culvert.pglite.fs;

/** An open regular file. Every method throws {@link ErrnoException}. */
public interface OpenFile {
    /** Reads up to {@code length} bytes; 0 at the end of the file. */
    int read(byte[] target, int offset, int length, long position);

    void write(byte[] source, int offset, int length, long position);

    long size();

    /** Cuts the file, or extends it by zeros. */
    void truncate(long size);

    /** Makes the content durable, and its metadata where {@code metadata} is set. */
    void sync(boolean metadata);

    FileStatus status();

    void setMode(int mode);

    void close();
}
