package dev.culvert.pglite;

import dev.culvert.pglite.backend.BackendThread;
import dev.culvert.pglite.fs.MemoryFileSystem;
import dev.culvert.pglite.fs.MountTable;
import dev.culvert.pglite.fs.TarArchive;
import dev.culvert.pglite.initdb.Initdb;
import dev.culvert.pglite.wasm.CompiledModules;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * Makes the empty database that new ones are copies of; run by this library's build, once for a
 * version of PGlite.
 */
final class EmptyDatabase {
    private EmptyDatabase() {}

    /** Arguments: a folder to keep it in, and the file to write. */
    public static void main(String[] args) throws IOException {
        Path cached = Path.of(args[0], stamp() + ".tar.gz");
        Path target = Path.of(args[1]);
        if (!Files.exists(cached)) {
            System.out.println("making an empty database (a minute, once)");
            Path fresh = Files.createTempFile(cached.getParent(), "empty", ".tar.gz");
            try (BackendThread thread = new BackendThread("initdb");
                    OutputStream out = new BestGzip(Files.newOutputStream(fresh))) {
                MountTable files = new MountTable(Templates.packagedFiles().root());
                files.mount("/pglite/data", new MemoryFileSystem());
                thread.call(() -> {
                    Initdb.run(files);
                    TarArchive.write(files, "/pglite/data", out);
                    return true;
                });
            }
            Files.move(fresh, cached, StandardCopyOption.ATOMIC_MOVE);
        }
        if (!Files.exists(target) || Files.mismatch(cached, target) >= 0) {
            Files.createDirectories(target.getParent());
            Files.copy(cached, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** What the modules were made of. */
    private static String stamp() throws IOException {
        try (InputStream in = CompiledModules.resource("stamp")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static final class BestGzip extends GZIPOutputStream {
        BestGzip(OutputStream out) throws IOException {
            super(out, 64 * 1024);
            def.setLevel(Deflater.BEST_COMPRESSION);
        }
    }
}
