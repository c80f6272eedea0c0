package dev.culvert.pglite.fs;

/**
 * What {@code stat} tells.
 *
 * @param mode type and permissions, as in C
 * @param modified milliseconds since 1970
 */
public record FileStatus(int mode, long size, long inode, int links, long modified) {
    public static final int TYPE_MASK = 0170000;
    public static final int DIRECTORY = 0040000;
    public static final int REGULAR = 0100000;
    public static final int SYMLINK = 0120000;
    public static final int CHARACTER_DEVICE = 0020000;
    public static final int FIFO = 0010000;

    public boolean isDirectory() {
        return (mode & TYPE_MASK) == DIRECTORY;
    }

    public boolean isRegular() {
        return (mode & TYPE_MASK) == REGULAR;
    }

    public boolean isSymlink() {
        return (mode & TYPE_MASK) == SYMLINK;
    }
}
