package dev.culvert.pglite.fs;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Files in the JVM's heap, gone with the instance. */
public final class MemoryFileSystem implements FileSystem {
    private long lastInode;
    private final Node root = new Node(FileStatus.DIRECTORY | 0777);

    /** A file, directory or link: {@code children}, {@code content} or {@code target} is set. */
    private final class Node {
        final long inode = ++lastInode;
        int mode;
        int links = 1;
        long modified = System.currentTimeMillis();
        final @Nullable Map<String, Node> children;
        @Nullable MemoryContent content;
        @Nullable String target;

        Node(int mode) {
            this.mode = mode;
            boolean directory = (mode & FileStatus.TYPE_MASK) == FileStatus.DIRECTORY;
            this.children = directory ? new HashMap<>() : null;
        }

        Map<String, Node> entries() {
            if (children == null) {
                throw Errno.ENOTDIR.exception();
            }
            return children;
        }

        FileStatus status() {
            long size = content != null ? content.size() : target != null ? target.length() : 4096;
            return new FileStatus(mode, size, inode, links, modified);
        }
    }

    /** Adds a file whose content is a part of a larger array, which is only copied when written. */
    public void addShared(String path, byte[] all, int offset, int length, int mode) {
        addShared(path, all, offset, length, length, mode);
    }

    /** Adds a file that begins with a part of an array, and is zero from there up to its size. */
    void addShared(String path, byte[] all, int offset, int length, long size, int mode) {
        Node file = new Node(FileStatus.REGULAR | mode);
        file.content = MemoryContent.shared(all, offset, length, size);
        folder(Paths.parent(path)).put(Paths.name(path), file);
    }

    void addFolder(String path, int mode) {
        folder(path);
        find(path).mode = FileStatus.DIRECTORY | (mode == 0 ? 0700 : mode);
    }

    /** The entries of a folder that is made, with those above it, if it is missing. */
    private Map<String, Node> folder(String path) {
        Node folder = root;
        for (String part : path.split("/", -1)) {
            if (!part.isEmpty()) {
                folder =
                        folder.entries()
                                .computeIfAbsent(
                                        part, name -> new Node(FileStatus.DIRECTORY | 0777));
            }
        }
        return folder.entries();
    }

    private @Nullable Node findOrNull(String path) {
        Node node = root;
        int start = 1;
        while (start < path.length()) {
            int slash = path.indexOf('/', start);
            int end = slash < 0 ? path.length() : slash;
            node = node.entries().get(path.substring(start, end));
            if (node == null) {
                return null;
            }
            start = end + 1;
        }
        return node;
    }

    private Node find(String path) {
        Node node = findOrNull(path);
        if (node == null) {
            throw Errno.ENOENT.exception();
        }
        return node;
    }

    private Node add(String path, int mode) {
        Map<String, Node> folder = find(Paths.parent(path)).entries();
        Node node = new Node(mode);
        if (path.equals("/") || folder.putIfAbsent(Paths.name(path), node) != null) {
            throw Errno.EEXIST.exception();
        }
        return node;
    }

    @Override
    public FileStatus status(String path) {
        return find(path).status();
    }

    @Override
    public OpenFile open(String path, boolean write, boolean create, int mode) {
        Node node = findOrNull(path);
        if (node == null) {
            if (!create) {
                throw Errno.ENOENT.exception();
            }
            node = add(path, FileStatus.REGULAR | (mode & 07777));
            node.content = new MemoryContent();
        }
        if (node.content == null) {
            throw Errno.EISDIR.exception();
        }
        return new MemoryFile(node, node.content);
    }

    @Override
    public List<String> list(String path) {
        return new ArrayList<>(find(path).entries().keySet());
    }

    @Override
    public void makeDirectory(String path, int mode) {
        add(path, FileStatus.DIRECTORY | (mode & 07777));
    }

    @Override
    public void removeDirectory(String path) {
        Node node = find(path);
        if (!node.entries().isEmpty()) {
            throw Errno.ENOTEMPTY.exception();
        }
        if (node == root) {
            throw Errno.EBUSY.exception();
        }
        find(Paths.parent(path)).entries().remove(Paths.name(path));
    }

    @Override
    public void unlink(String path) {
        Node node = find(path);
        if (node.children != null) {
            throw Errno.EISDIR.exception();
        }
        node.links--;
        find(Paths.parent(path)).entries().remove(Paths.name(path));
    }

    @Override
    public void rename(String from, String to) {
        Node node = find(from);
        Map<String, Node> target = find(Paths.parent(to)).entries();
        Node replaced = target.get(Paths.name(to));
        if (replaced == node) {
            return;
        }
        if (to.startsWith(from + "/")) {
            throw Errno.EINVAL.exception();
        }
        if (replaced != null) {
            if (replaced.children != null && !replaced.children.isEmpty()) {
                throw Errno.ENOTEMPTY.exception();
            }
            if ((replaced.children == null) != (node.children == null)) {
                throw (replaced.children == null ? Errno.ENOTDIR : Errno.EISDIR).exception();
            }
        }
        find(Paths.parent(from)).entries().remove(Paths.name(from));
        target.put(Paths.name(to), node);
    }

    @Override
    public void symlink(String target, String path) {
        add(path, FileStatus.SYMLINK | 0777).target = target;
    }

    @Override
    public String readLink(String path) {
        String target = find(path).target;
        if (target == null) {
            throw Errno.EINVAL.exception();
        }
        return target;
    }

    @Override
    public void link(String existing, String path) {
        Node node = find(existing);
        if (node.children != null) {
            throw Errno.EPERM.exception();
        }
        if (find(Paths.parent(path)).entries().putIfAbsent(Paths.name(path), node) != null) {
            throw Errno.EEXIST.exception();
        }
        node.links++;
    }

    @Override
    public void setMode(String path, int mode) {
        Node node = find(path);
        node.mode = (node.mode & FileStatus.TYPE_MASK) | (mode & 07777);
    }

    @Override
    public void setModified(String path, long millis) {
        find(path).modified = millis;
    }

    @Override
    public void syncDirectory(String path) {
        // nothing outlives the process
    }

    private record MemoryFile(Node node, MemoryContent content) implements OpenFile {
        @Override
        public int read(byte[] target, int offset, int length, long position) {
            return content.read(target, offset, length, position);
        }

        @Override
        public void write(byte[] source, int offset, int length, long position) {
            content.write(source, offset, length, position);
            node.modified = System.currentTimeMillis();
        }

        @Override
        public long size() {
            return content.size();
        }

        @Override
        public void truncate(long size) {
            content.truncate(size);
            node.modified = System.currentTimeMillis();
        }

        @Override
        public void sync(boolean metadata) {
            // nothing outlives the process
        }

        @Override
        public FileStatus status() {
            return node.status();
        }

        @Override
        public void setMode(int mode) {
            node.mode = (node.mode & FileStatus.TYPE_MASK) | (mode & 07777);
        }

        @Override
        public void close() {
            // the content stays as long as somebody refers to it
        }
    }
}
