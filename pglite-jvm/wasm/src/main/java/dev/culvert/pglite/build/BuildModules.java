package dev.culvert.pglite.build;

import dev.culvert.wasm.WasmSplitter;
import dev.culvert.wasm.bytecode.IndirectCallSplitter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Compiles PGlite's modules ahead of time and lays out what the library reads at run time: classes,
 * module descriptions ({@code *.meta}), {@code modules.index}, the files that PGlite's file system
 * starts with ({@code files.bin}, {@code files.index}), and the licences.
 *
 * <p>The result is kept in a cache directory under the hash of everything that went in, so that a
 * build with nothing new only compares one stamp.
 */
public final class BuildModules {
    private static final String PACKAGE = "dev.culvert.pglite.module";

    private BuildModules() {}

    /**
     * Arguments: the folder of the npm package that depends on PGlite, the cache, the folder to
     * write to, and optionally a {@code pglite.wasm} in place of the package's own.
     *
     * <p>Modules are split before they are compiled, so that HotSpot compiles what comes of them.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path cache = Path.of(args[1]);
        NpmPackage npm = NpmPackage.find(Path.of(args[0]), cache);
        Optional<Path> substitute =
                args.length > 3 && !args[3].isBlank()
                        ? Optional.of(Path.of(args[3]))
                        : Optional.empty();
        byte[] postgres =
                Files.readAllBytes(substitute.orElseGet(() -> npm.file("dist/pglite.wasm")));
        String key = key(npm, postgres);
        Path output = Path.of(args[2]);
        Path stamp = output.resolve(PACKAGE.replace('.', '/')).resolve("stamp");
        if (Files.exists(stamp) && Files.readString(stamp).equals(key)) {
            return;
        }
        Path built = cache.resolve(key);
        if (!Files.isDirectory(built)) {
            System.out.println("compiling PGlite's WebAssembly modules to JVM classes");
            Files.createDirectories(cache);
            Path fresh = Files.createTempDirectory(cache, "build");
            try {
                build(npm, postgres, fresh);
                Folders.moveInto(fresh, built);
            } finally {
                Folders.delete(fresh);
            }
        }
        Folders.delete(output.resolve(PACKAGE.replace('.', '/')));
        Folders.copy(built, output);
        Files.writeString(stamp, key);
    }

    private static void build(NpmPackage npm, byte[] postgres, Path output) throws IOException {
        Path folder = output.resolve(PACKAGE.replace('.', '/'));
        Files.createDirectories(folder);
        FileBundle files = FileBundle.of(npm);
        files.write(folder);

        Map<String, byte[]> sides = new TreeMap<>();
        Map<String, byte[]> splitSides = new TreeMap<>();
        files.contents()
                .forEach((path, content) -> {
                    if (path.endsWith(".so")) {
                        String name = path.substring(path.lastIndexOf('/') + 1);
                        sides.put(name, content);
                        splitSides.put(name, split(content));
                    }
                });
        byte[] splitPostgres = split(postgres);
        TypePool types = TypePool.of(splitPostgres, splitSides.values());

        List<String> index = new ArrayList<>();
        ModuleCompiler compiler = new ModuleCompiler(PACKAGE, output);
        compiler.compile("Postgres", splitPostgres, Set.of("ProcessInterrupts"));
        index.add("postgres Postgres");
        byte[] initdb = Files.readAllBytes(npm.file("dist/initdb.wasm"));
        compiler.compile("Initdb", split(initdb), Set.of());
        index.add("initdb Initdb");
        for (Map.Entry<String, byte[]> side : sides.entrySet()) {
            String name = "So_" + side.getKey().replace(".so", "").replaceAll("[^A-Za-z0-9]", "_");
            compiler.compileSide(
                    name, Objects.requireNonNull(splitSides.get(side.getKey())), types);
            index.add(sha256(side.getValue()) + " " + name);
        }
        Files.write(folder.resolve("modules.index"), index);
        Path licences = Files.createDirectories(output.resolve("META-INF/licenses"));
        Files.copy(npm.file("LICENSE"), licences.resolve("PGlite-LICENSE.txt"));
        Files.writeString(licences.resolve("PostgreSQL-LICENSE.txt"), Licences.POSTGRESQL);
    }

    private static byte[] split(byte[] module) {
        return WasmSplitter.split(module, WasmSplitter.DEFAULT_LIMIT).module();
    }

    private static String key(NpmPackage npm, byte[] postgres) throws IOException {
        Map<String, byte[]> parts = new LinkedHashMap<>();
        parts.put("postgres", postgres);
        parts.put("npm", npm.version().getBytes(StandardCharsets.UTF_8));
        parts.putAll(Folders.classesBeside(BuildModules.class));
        parts.putAll(Folders.classesBeside(WasmSplitter.class));
        parts.putAll(Folders.classesBeside(IndirectCallSplitter.class));
        MessageDigest digest = Folders.sha256();
        parts.forEach((name, content) -> {
            digest.update(name.getBytes(StandardCharsets.UTF_8));
            digest.update(content);
        });
        return HexFormat.of().formatHex(digest.digest()).substring(0, 24);
    }

    private static String sha256(byte[] content) {
        return HexFormat.of().formatHex(Folders.sha256().digest(content));
    }
}
