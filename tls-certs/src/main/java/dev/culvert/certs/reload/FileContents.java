package dev.culvert.certs.reload;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a number of files held at one moment, as a SHA-256 for each, for comparing with another
 * moment. Contents and not times, since times miss two writes within one tick of the file system's
 * clock, and report a link that was swapped to the same content. The files are a few kilobytes.
 */
record FileContents(Map<Path, String> hashes) {
    /** Enough to tell any two usable files apart; larger ones are refused by the loader anyway. */
    private static final int MAX_BYTES = (1 << 20) + 1;

    FileContents {
        hashes = Map.copyOf(hashes);
    }

    static FileContents of(List<Path> files) {
        Map<Path, String> hashes = new LinkedHashMap<>();
        for (Path file : files) {
            hashes.put(file, hashOf(file));
        }
        return new FileContents(hashes);
    }

    /**
     * A file that cannot be read counts as content of its own, so that its recovery is a change.
     */
    private static String hashOf(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(in.readNBytes(MAX_BYTES));
            return HexFormat.of().formatHex(digest);
        } catch (IOException unreadable) {
            return unreadable.getClass().getName();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every Java runtime has SHA-256.", impossible);
        }
    }
}
