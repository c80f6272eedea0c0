package dev.culvert.pglite;

import dev.culvert.pglite.fs.DataTemplate;
import dev.culvert.pglite.fs.MountTable;
import dev.culvert.pglite.fs.TarArchive;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * The content of a database in the heap, from which any number of databases can begin: see {@link
 * PGlite#inMemory(PGliteTemplate)}. They share its bytes until they write. Immutable.
 */
public final class PGliteTemplate {
    private final DataTemplate content;

    private PGliteTemplate(DataTemplate content) {
        if (!content.isDatabase()) {
            throw new PGliteException("a template has to be a database");
        }
        this.content = content;
    }

    /** Nothing in it but what Postgres itself brings. */
    public static PGliteTemplate empty() {
        return new PGliteTemplate(Templates.emptyDatabase());
    }

    /** What a database that begins as another template has become in somebody's hands. */
    public static PGliteTemplate prepared(PGliteTemplate base, Consumer<PGlite> preparation) {
        PGlite database = PGlite.inMemory(base);
        try (database) {
            preparation.accept(database);
        }
        // closed as a server is, it begins without recovery
        return of(database.files());
    }

    /** The database in a folder, which nobody has open. */
    public static PGliteTemplate of(Path folder) {
        try (DataDirectory directory = DataDirectory.open(folder)) {
            if (!directory.hasDatabase()) {
                throw new PGliteException(folder + " has no database");
            }
            MountTable files = new MountTable(Templates.packagedFiles().root());
            files.mount(PGlite.DATA, directory.files(false));
            return of(files);
        }
    }

    /** What {@link PGlite#dumpDataDir} wrote, or PGlite elsewhere; the stream is closed. */
    public static PGliteTemplate read(InputStream dump) {
        try {
            return new PGliteTemplate(DataTemplate.readAndClose(dump));
        } catch (UncheckedIOException e) {
            throw new PGliteException("the dump cannot be read", e.getCause());
        }
    }

    private static PGliteTemplate of(MountTable files) {
        try {
            ByteArrayOutputStream archive = new ByteArrayOutputStream();
            TarArchive.write(files, PGlite.DATA, archive);
            return new PGliteTemplate(
                    DataTemplate.read(new ByteArrayInputStream(archive.toByteArray())));
        } catch (IOException e) {
            throw new PGliteException("the database cannot be read", e);
        }
    }

    DataTemplate content() {
        return content;
    }
}
