package dev.culvert.pglite.fs;

import java.util.ArrayList;
import java.util.List;

/**
 * One tree over several file systems, and the only place where symbolic links are followed. Used by
 * one thread at a time.
 */
public final class MountTable {
    private static final int MAX_LINKS = 40;

    private record Mount(String point, FileSystem system) {}

    /** A path within the file system that has it. */
    public record Location(FileSystem system, String path) {}

    private final List<Mount> mounts = new ArrayList<>();
    private final FileSystem root;

    public MountTable(FileSystem root) {
        this.root = root;
    }

    /** Puts a file system where {@code point} is; later mounts hide earlier ones. */
    public void mount(String point, FileSystem system) {
        mounts.addFirst(new Mount(point, system));
    }

    /** Where a path leads to, by mounts alone. */
    public Location locate(String path) {
        for (Mount mount : mounts) {
            if (path.equals(mount.point)) {
                return new Location(mount.system, "/");
            }
            if (path.startsWith(mount.point) && path.charAt(mount.point.length()) == '/') {
                return new Location(mount.system, path.substring(mount.point.length()));
            }
        }
        return new Location(root, path);
    }

    /**
     * The path with its symbolic links followed, in the last component only if asked for. Walks the
     * path only when it does not lead anywhere as it stands.
     */
    public String follow(String path, boolean last) {
        FileStatus status = statusOrNull(path);
        if (status != null && (!last || !status.isSymlink())) {
            return path;
        }
        String resolved = path;
        for (int links = 0; links < MAX_LINKS; links++) {
            String next = followFirst(resolved, last);
            if (next.equals(resolved)) {
                return resolved;
            }
            resolved = next;
        }
        throw Errno.ELOOP.exception();
    }

    private String followFirst(String path, boolean last) {
        for (int slash = path.indexOf('/', 1); ; slash = path.indexOf('/', slash + 1)) {
            boolean whole = slash < 0;
            if (whole && !last) {
                return path;
            }
            String prefix = whole ? path : path.substring(0, slash);
            FileStatus status = statusOrNull(prefix);
            if (status != null && status.isSymlink()) {
                Location location = locate(prefix);
                String target = location.system.readLink(location.path);
                return Paths.normalize(
                        Paths.parent(prefix), target + (whole ? "" : path.substring(slash)));
            }
            if (whole || status == null) {
                return path;
            }
        }
    }

    private @org.jspecify.annotations.Nullable FileStatus statusOrNull(String path) {
        try {
            Location location = locate(path);
            return location.system.status(location.path);
        } catch (ErrnoException e) {
            return null;
        }
    }

    /** Locates a path after following its links. */
    public Location resolve(String path, boolean last) {
        return locate(follow(path, last));
    }

    public FileStatus status(String path, boolean follow) {
        Location location = resolve(path, follow);
        return location.system.status(location.path);
    }

    public boolean exists(String path) {
        return statusOrNull(follow(path, true)) != null;
    }

    public List<String> list(String path) {
        Location location = resolve(path, true);
        return location.system.list(location.path);
    }

    /** Creates a directory and those above it that are missing. */
    public void makeDirectories(String path) {
        if (!path.equals("/") && !exists(path)) {
            makeDirectories(Paths.parent(path));
            Location location = locate(path);
            location.system.makeDirectory(location.path, 0777);
        }
    }

    public byte[] readFile(String path) {
        Location location = resolve(path, true);
        OpenFile file = location.system.open(location.path, false, false, 0);
        try {
            byte[] content = new byte[Math.toIntExact(file.size())];
            int read = 0;
            while (read < content.length) {
                int more = file.read(content, read, content.length - read, read);
                if (more <= 0) {
                    throw Errno.EIO.exception();
                }
                read += more;
            }
            return content;
        } finally {
            file.close();
        }
    }

    public void writeFile(String path, byte[] content, int mode) {
        Location location = resolve(path, true);
        OpenFile file = location.system.open(location.path, true, true, mode);
        try {
            file.truncate(0);
            file.write(content, 0, content.length, 0);
        } finally {
            file.close();
        }
    }
}
