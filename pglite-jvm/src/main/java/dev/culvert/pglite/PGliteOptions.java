package dev.culvert.pglite;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How a database is opened.
 *
 * @param durable whether a commit waits for the disk. On by default; without, a database is still
 *     whole after the process has died, but not after the machine has
 * @param settings Postgres' settings from the start on, such as {@code work_mem} or {@code
 *     shared_preload_libraries}
 * @param dump a dumped data directory to begin with, for a database that does not exist yet; null
 *     for an empty one. The stream is read once and closed
 */
public record PGliteOptions(
        boolean durable, Map<String, String> settings, @Nullable Supplier<InputStream> dump) {
    public PGliteOptions {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }

    /** Durable, with Postgres' own settings, empty. */
    public static PGliteOptions defaults() {
        return new PGliteOptions(true, Map.of(), null);
    }

    public PGliteOptions withDurable(boolean newDurable) {
        return new PGliteOptions(newDurable, settings, dump);
    }

    public PGliteOptions withSetting(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(settings);
        more.put(name, value);
        return new PGliteOptions(durable, more, dump);
    }

    /** Begins with what {@link PGlite#dumpDataDir} wrote, or PGlite elsewhere. */
    public PGliteOptions withDump(Supplier<InputStream> newDump) {
        return new PGliteOptions(durable, settings, newDump);
    }

    List<String> assignments() {
        List<String> assignments = new ArrayList<>();
        settings.forEach((name, value) -> assignments.add(name + "=" + value));
        return assignments;
    }
}
