package dev.culvert.junit;

import dev.culvert.pglite.PGlite;
import dev.culvert.pglite.PGliteTemplate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Templates by what they are made of; each is made once. */
final class TemplateCache {
    private static final Map<Recipe, PGliteTemplate> MADE = new ConcurrentHashMap<>();

    private TemplateCache() {}

    /**
     * What a template is made of.
     *
     * @param base a folder or file, or empty
     * @param scripts absolute names of resources
     */
    record Recipe(String base, List<String> scripts) {
        static Recipe of(PgliteTest annotation, Class<?> test) {
            return new Recipe(
                    annotation.template(),
                    List.of(annotation.scripts()).stream()
                            .map(name ->
                                    name.startsWith("/")
                                            ? name
                                            : "/"
                                                    + test.getPackageName().replace('.', '/')
                                                    + "/"
                                                    + name)
                            .toList());
        }
    }

    static PGliteTemplate get(Recipe recipe, ClassLoader resources) {
        return MADE.computeIfAbsent(recipe, missing -> make(missing, resources));
    }

    private static PGliteTemplate make(Recipe recipe, ClassLoader resources) {
        PGliteTemplate base = base(recipe.base());
        if (recipe.scripts().isEmpty()) {
            return base;
        }
        return PGliteTemplate.prepared(
                base, database -> recipe.scripts().forEach(name -> run(database, name, resources)));
    }

    private static PGliteTemplate base(String place) {
        if (place.isEmpty()) {
            return PGliteTemplate.empty();
        }
        Path path = Path.of(place);
        try {
            return Files.isDirectory(path)
                    ? PGliteTemplate.of(path)
                    : PGliteTemplate.read(Files.newInputStream(path));
        } catch (IOException e) {
            throw new UncheckedIOException("the template " + path + " cannot be read", e);
        }
    }

    private static void run(PGlite database, String name, ClassLoader resources) {
        byte[] sql;
        try (InputStream in = resources.getResourceAsStream(name.substring(1))) {
            if (in == null) {
                throw new IllegalArgumentException("there is no resource " + name);
            }
            sql = in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("the script " + name + " cannot be read", e);
        }
        // Query: type, length, text, zero
        ByteBuffer query = ByteBuffer.allocate(1 + Integer.BYTES + sql.length + 1);
        query.put((byte) 'Q').putInt(Integer.BYTES + sql.length + 1).put(sql);
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        database.exec(query.array(), answer::write);
        requireNoError(name, ByteBuffer.wrap(answer.toByteArray()));
    }

    private static void requireNoError(String name, ByteBuffer answer) {
        while (answer.hasRemaining()) {
            byte type = answer.get();
            byte[] body = new byte[answer.getInt() - Integer.BYTES];
            answer.get(body);
            if (type == 'E') {
                String[] fields = new String(body, StandardCharsets.UTF_8).split("\0", -1);
                StringBuilder text = new StringBuilder(name);
                for (String field : fields) {
                    if (field.startsWith("M") || field.startsWith("C")) {
                        text.append(": ").append(field.substring(1));
                    }
                }
                throw new IllegalArgumentException(text.toString());
            }
        }
    }
}
