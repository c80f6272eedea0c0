package dev.culvert.pglite;

import dev.culvert.pglite.fs.DataTemplate;
import dev.culvert.pglite.fs.PackagedFiles;
import dev.culvert.pglite.wasm.CompiledModules;
import java.io.InputStream;
import java.lang.ref.SoftReference;
import org.jspecify.annotations.Nullable;

/** What instances have in common: the package's files, and the empty database. */
final class Templates {
    private static final String EMPTY = "empty-database.tar.gz";

    private static SoftReference<@Nullable DataTemplate> empty = new SoftReference<>(null);

    private Templates() {}

    private static final class Packaged {
        static final PackagedFiles FILES = PackagedFiles.read(CompiledModules::resource);
    }

    static PackagedFiles packagedFiles() {
        return Packaged.FILES;
    }

    /** The database that {@code initdb} made when this library was built. */
    static synchronized DataTemplate emptyDatabase() {
        DataTemplate template = empty.get();
        if (template == null) {
            InputStream archive = Templates.class.getResourceAsStream(EMPTY);
            if (archive == null) {
                throw new PGliteException("the library was packaged without " + EMPTY);
            }
            template = DataTemplate.readAndClose(archive);
            empty = new SoftReference<>(template);
        }
        return template;
    }
}
