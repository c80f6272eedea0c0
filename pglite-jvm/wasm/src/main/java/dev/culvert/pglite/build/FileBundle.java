package dev.culvert.pglite.build;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * The files that every instance starts with: PGlite's {@code pglite.data}, whose table of contents
 * stands in its JavaScript, and the archives of its extensions, unpacked under {@code /pglite} as
 * PGlite does it.
 *
 * @param contents file contents by absolute path
 */
record FileBundle(Map<String, byte[]> contents) {
    private static final Pattern ENTRY =
            Pattern.compile(
                    "filename:\\s*\"(/[^\"]+)\",\\s*start:\\s*([0-9]+),\\s*end:\\s*([0-9]+)");
    private static final int TAR_BLOCK = 512;

    static FileBundle of(NpmPackage npm) throws IOException {
        Map<String, byte[]> contents = new TreeMap<>();
        byte[] data = Files.readAllBytes(npm.file("dist/pglite.data"));
        Matcher entry = ENTRY.matcher(Files.readString(npm.file("dist/pglite.js")));
        int covered = 0;
        while (entry.find()) {
            int start = Integer.parseInt(entry.group(2));
            int end = Integer.parseInt(entry.group(3));
            contents.put(entry.group(1), Arrays.copyOfRange(data, start, end));
            covered += end - start;
        }
        if (covered != data.length) {
            throw new IOException(
                    "pglite.js describes " + covered + " of pglite.data's " + data.length);
        }
        try (Stream<Path> dist = Files.list(npm.file("dist"))) {
            for (Path archive : dist.sorted().toList()) {
                if (archive.toString().endsWith(".tar.gz")) {
                    untar(archive, contents);
                }
            }
        }
        return new FileBundle(contents);
    }

    /** Writes {@code files.bin} and {@code files.index} with lines of offset, length and path. */
    void write(Path folder) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        List<String> index = new ArrayList<>();
        for (Map.Entry<String, byte[]> file : contents.entrySet()) {
            index.add(all.size() + " " + file.getValue().length + " " + file.getKey());
            all.writeBytes(file.getValue());
        }
        Files.write(folder.resolve("files.bin"), all.toByteArray());
        Files.write(folder.resolve("files.index"), index);
    }

    private static void untar(Path archive, Map<String, byte[]> contents) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(archive))) {
            while (true) {
                byte[] header = in.readNBytes(TAR_BLOCK);
                String name = text(header, 0, 100);
                if (header.length < TAR_BLOCK || name.isEmpty()) {
                    return;
                }
                String prefix = text(header, 345, 155);
                String path = prefix.isEmpty() ? name : prefix + "/" + name;
                int size = Integer.parseInt(text(header, 124, 12).trim(), 8);
                byte[] content = in.readNBytes(size);
                in.skipNBytes((TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK);
                if (header[156] == '0' || header[156] == 0) {
                    contents.put("/pglite/" + path, content);
                } else if (header[156] != '5') {
                    throw new IOException(archive + ": entry of type " + (char) header[156]);
                }
            }
        }
    }

    private static String text(byte[] header, int offset, int length) {
        int end = offset;
        while (end < Math.min(header.length, offset + length) && header[end] != 0) {
            end++;
        }
        return new String(header, offset, end - offset, StandardCharsets.UTF_8);
    }
}
