package dev.culvert.pglite.fs;

import java.util.ArrayDeque;
import java.util.Deque;

/** Paths as strings. */
public final class Paths {
    private Paths() {}

    /** The absolute path without {@code .}, {@code ..}, and doubled or trailing slashes. */
    public static String normalize(String base, String path) {
        String absolute = path.startsWith("/") ? path : base + "/" + path;
        if (isNormal(absolute)) {
            return absolute;
        }
        Deque<String> parts = new ArrayDeque<>();
        for (String part : absolute.split("/", -1)) {
            if (part.equals("..")) {
                parts.pollLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.addLast(part);
            }
        }
        return "/" + String.join("/", parts);
    }

    private static boolean isNormal(String path) {
        int length = path.length();
        if (length > 1 && path.charAt(length - 1) == '/') {
            return false;
        }
        for (int i = 0; i + 1 < length; i++) {
            if (path.charAt(i) == '/' && (path.charAt(i + 1) == '/' || path.charAt(i + 1) == '.')) {
                return false;
            }
        }
        return true;
    }

    public static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "/" : path.substring(0, slash);
    }

    public static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** The path of a name in a folder. */
    public static String child(String folder, String name) {
        return folder.equals("/") ? "/" + name : folder + "/" + name;
    }
}
