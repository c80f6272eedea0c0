package dev.culvert.junit;

import dev.culvert.junit.TemplateCache.Recipe;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a test from waiting for its database: the next one is opened while the present one is used,
 * and a used one is closed while the next test runs. One database is kept ready, of the template
 * that was asked for last. Thread-safe.
 */
final class DatabasePool implements AutoCloseable {
    private record Spare(Recipe recipe, CompletableFuture<PgliteDatabase> database) {}

    private final ExecutorService background =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("pglite-spare").factory());
    private @Nullable Spare spare;

    /** A fresh database, which is the caller's. */
    PgliteDatabase take(Recipe recipe, ClassLoader resources) {
        Spare ready;
        synchronized (this) {
            ready = spare;
            spare = null;
        }
        if (ready != null && !ready.recipe().equals(recipe)) {
            drop(ready);
            ready = null;
        }
        PgliteDatabase database = ready == null ? open(recipe, resources) : ready.database().join();
        synchronized (this) {
            if (spare == null) {
                spare =
                        new Spare(
                                recipe,
                                CompletableFuture.supplyAsync(
                                        () -> open(recipe, resources), background));
            }
        }
        return database;
    }

    private static PgliteDatabase open(Recipe recipe, ClassLoader resources) {
        return new PgliteDatabase(TemplateCache.get(recipe, resources));
    }

    /** Closes a database, when there is time. */
    void giveBack(PgliteDatabase database) {
        background.execute(database::close);
    }

    /** Waits until the next database is ready. */
    void awaitSpare() {
        Spare present;
        synchronized (this) {
            present = spare;
        }
        if (present != null) {
            present.database().join();
        }
    }

    private void drop(Spare unwanted) {
        unwanted.database().thenAcceptAsync(PgliteDatabase::close, background);
    }

    @Override
    public void close() {
        Spare present;
        synchronized (this) {
            present = spare;
            spare = null;
        }
        if (present != null) {
            present.database().thenAccept(PgliteDatabase::close).join();
        }
        background.close();
    }
}
