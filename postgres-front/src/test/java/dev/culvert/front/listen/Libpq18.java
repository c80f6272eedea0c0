package dev.culvert.front.listen;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Debian's psql on the libpq of PostgreSQL 18, out of the embedded binaries on the class path. */
final class Libpq18 {
    private static final String ARCHIVE = "/postgres-linux-x86_64.txz";
    private static final Path DEBIANS_VERSIONS = Path.of("/usr/lib/postgresql");

    private final Path libraries;
    private final Path psql;

    private Libpq18(Path libraries, Path psql) {
        this.libraries = libraries;
        this.psql = psql;
    }

    /** Unpacks the library. */
    static Libpq18 unpack(Path directory) throws IOException {
        Path archive = directory.resolve("postgres.txz");
        try (InputStream in = Libpq18.class.getResourceAsStream(ARCHIVE)) {
            if (in == null) {
                throw new IOException("no " + ARCHIVE + " on the class path");
            }
            Files.copy(in, archive);
        }
        TlsFront.Result unpacked =
                TlsFront.run("tar", "xJf", archive.toString(), "-C", directory.toString(), "./lib");
        if (unpacked.exitCode() != 0) {
            unpacked = TlsFront.run("tar", "xJf", archive.toString(), "-C", directory.toString());
        }
        if (unpacked.exitCode() != 0) {
            throw new IOException("cannot unpack (is xz installed?): " + unpacked.output());
        }
        return new Libpq18(directory.resolve("lib"), debiansPsql());
    }

    /** The command to start psql with. */
    String[] psql(String conninfo, String statement) {
        return new String[] {
            "env",
            "LD_LIBRARY_PATH=" + libraries,
            psql.toString(),
            "-X",
            "-d",
            conninfo,
            "-c",
            statement
        };
    }

    /** The program itself: the psql on the path is a script that chooses one. */
    private static Path debiansPsql() {
        try (Stream<Path> versions = Files.list(DEBIANS_VERSIONS)) {
            return versions.map(version -> version.resolve("bin/psql"))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElseThrow(() -> new IOException("no psql under " + DEBIANS_VERSIONS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
