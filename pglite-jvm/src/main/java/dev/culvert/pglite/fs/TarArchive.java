package dev.culvert.pglite.fs;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;

/**
 * A data directory as PGlite dumps and loads it: a tar archive of regular files and directories,
 * gzipped or not, whose names begin with a slash for the directory's root.
 */
public final class TarArchive {
    private static final int BLOCK = 512;
    private static final int NAME = 100;
    private static final int PREFIX = 155;
    private static final int BUFFER = 64 * 1024;
    private static final int GZIP_MAGIC = 0x1f;

    private TarArchive() {}

    /** Writes everything below a folder, uncompressed. The stream stays open. */
    public static void write(MountTable files, String folder, OutputStream out) throws IOException {
        writeFolder(files, folder, "", out);
        out.write(new byte[2 * BLOCK]);
    }

    private static void writeFolder(
            MountTable files, String root, String relative, OutputStream out) throws IOException {
        for (String name : files.list(root + relative).stream().sorted().toList()) {
            String path = relative + "/" + name;
            FileStatus status = files.status(root + path, true);
            if (status.isDirectory()) {
                out.write(header(path, status, 0, '5'));
                writeFolder(files, root, path, out);
            } else if (status.isRegular()) {
                writeFile(files, root, path, status, out);
            }
        }
    }

    private static void writeFile(
            MountTable files, String root, String path, FileStatus status, OutputStream out)
            throws IOException {
        MountTable.Location location = files.resolve(root + path, true);
        OpenFile file = location.system().open(location.path(), false, false, 0);
        try {
            long size = file.size();
            out.write(header(path, status, size, '0'));
            byte[] buffer = new byte[BUFFER];
            for (long position = 0; position < size; ) {
                int wanted = (int) Math.min(BUFFER, size - position);
                int count = file.read(buffer, 0, wanted, position);
                if (count <= 0) {
                    throw new IOException(path + " has become shorter");
                }
                out.write(buffer, 0, count);
                position += count;
            }
            out.write(new byte[(int) ((BLOCK - size % BLOCK) % BLOCK)]);
        } finally {
            file.close();
        }
    }

    private static byte[] header(String path, FileStatus status, long size, char type)
            throws IOException {
        byte[] header = new byte[BLOCK];
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        if (name.length <= NAME) {
            System.arraycopy(name, 0, header, 0, name.length);
        } else {
            int slash = path.lastIndexOf('/', PREFIX);
            if (slash <= 0 || name.length - slash - 1 > NAME) {
                throw new IOException("too long for a tar archive: " + path);
            }
            System.arraycopy(name, 0, header, 345, slash);
            System.arraycopy(name, slash + 1, header, 0, name.length - slash - 1);
        }
        octal(header, 100, 8, status.mode() & 07777);
        octal(header, 108, 8, 0);
        octal(header, 116, 8, 0);
        octal(header, 124, 12, size);
        octal(header, 136, 12, status.modified() / 1000);
        header[156] = (byte) type;
        byte[] magic = "ustar\00000".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(magic, 0, header, 257, magic.length);
        java.util.Arrays.fill(header, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte each : header) {
            sum += each & 0xff;
        }
        octal(header, 148, 7, sum);
        return header;
    }

    private static void octal(byte[] header, int offset, int length, long value) {
        String digits = Long.toOctalString(value);
        int pad = length - 1 - digits.length();
        for (int i = 0; i < length - 1; i++) {
            header[offset + i] = (byte) (i < pad ? '0' : digits.charAt(i - pad));
        }
        header[offset + length - 1] = 0;
    }

    /** Takes the archive's entries. */
    public interface Visitor {
        /** A directory; its path begins with a slash. */
        void directory(String path, int mode) throws IOException;

        /** A file, whose content is the next {@code size} bytes of the stream. */
        void file(String path, int mode, long size, InputStream content) throws IOException;
    }

    /** Reads an archive to its end, gzipped or not. */
    public static void read(InputStream source, Visitor visitor) throws IOException {
        PushbackInputStream start = new PushbackInputStream(source, 1);
        int first = start.read();
        if (first >= 0) {
            start.unread(first);
        }
        InputStream in = first == GZIP_MAGIC ? new GZIPInputStream(start, BUFFER) : start;
        byte[] header = in.readNBytes(BLOCK);
        while (header.length == BLOCK && header[0] != 0) {
            String path = path(header);
            int mode = (int) octal(header, 100, 8) & 07777;
            long size = octal(header, 124, 12);
            switch (header[156]) {
                case '0', 0 -> {
                    visitor.file(path, mode, size, in);
                    in.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
                }
                case '5' -> visitor.directory(path, mode);
                default -> throw new IOException(path + " is neither a file nor a directory");
            }
            header = in.readNBytes(BLOCK);
        }
        if (header.length != 0 && header.length < BLOCK) {
            throw new IOException("the archive ends within a header");
        }
    }

    private static String path(byte[] header) throws IOException {
        verify(header);
        String name = text(header, 0, NAME);
        String prefix = text(header, 345, PREFIX);
        String path = prefix.isEmpty() ? name : prefix + "/" + name;
        for (String part : path.split("/", -1)) {
            if (part.equals("..")) {
                throw new IOException("the archive leaves its directory: " + path);
            }
        }
        return Paths.normalize("/", path);
    }

    private static void verify(byte[] header) throws IOException {
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xff;
        }
        if (sum != octal(header, 148, 8)) {
            throw new IOException("this is not a tar archive, or it is damaged");
        }
    }

    private static long octal(byte[] header, int offset, int length) throws IOException {
        String digits = text(header, offset, length).trim();
        try {
            return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
        } catch (NumberFormatException e) {
            throw new IOException("this is not a tar archive, or it is damaged", e);
        }
    }

    private static String text(byte[] header, int offset, int length) {
        int end = offset;
        while (end < offset + length && header[end] != 0) {
            end++;
        }
        return new String(header, offset, end - offset, StandardCharsets.UTF_8);
    }
}
