package dev.culvert.pglite.fs;

import java.util.List;

/**
 * A tree of files. Paths are absolute within it, normalized, without a trailing slash; {@code "/"}
 * is its root. None follows symbolic links: {@link MountTable} does. Every method throws {@link
 * ErrnoException}. Used by one thread at a time.
 */
public interface FileSystem {
    FileStatus status(String path);

    /** Opens a regular file, or creates it with these permissions where {@code create} is set. */
    OpenFile open(String path, boolean write, boolean create, int mode);

    /** The names in a directory, without {@code .} and {@code ..}. */
    List<String> list(String path);

    void makeDirectory(String path, int mode);

    void removeDirectory(String path);

    void unlink(String path);

    /** Moves within this file system, replacing what is there as {@code rename} does. */
    void rename(String from, String to);

    void symlink(String target, String path);

    String readLink(String path);

    void link(String existing, String path);

    void setMode(String path, int mode);

    void setModified(String path, long millis);

    /** Makes the entries of a directory durable. */
    void syncDirectory(String path);
}
