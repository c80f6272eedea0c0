package dev.culvert.load.pglite;

import dev.culvert.pglite.PGlite;
import java.util.ArrayList;
import java.util.List;

/** PGlite in this JVM. */
final class JvmSide implements Side {
    private final PGlite db = PGlite.inMemory();

    @Override
    public void once(int number) {
        db.exec(SpeedCase.ALL.get(number).batch());
    }

    @Override
    public double time(int number, int millis) {
        byte[] batch = SpeedCase.ALL.get(number).batch();
        List<Long> samples = new ArrayList<>();
        long end = System.nanoTime() + millis * 1_000_000L;
        do {
            long start = System.nanoTime();
            db.exec(batch);
            samples.add(System.nanoTime() - start);
        } while (System.nanoTime() < end);
        samples.sort(null);
        return samples.get(samples.size() / 2) / 1000.0;
    }

    @Override
    public void close() {
        db.close();
    }
}
