package dev.culvert.load.compare;

import dev.culvert.load.process.Workplace;
import java.nio.file.Path;
import java.util.List;

/** The contenders: each in the middle is compared with what is behind it. */
record Field(Floor floor, RelayAndAgent relay, Postgres postgres, PgBouncer bouncer)
        implements AutoCloseable {
    /** Starts them all. */
    static Field start(Workplace place, Path jar, int clients) throws Exception {
        Postgres postgres = new Postgres(place);
        return new Field(
                new Floor(place),
                new RelayAndAgent(place, jar, clients),
                postgres,
                new PgBouncer(place, postgres));
    }

    List<Contender> all() {
        return List.of(floor, relay, postgres, bouncer);
    }

    @Override
    public void close() {
        bouncer.close();
        postgres.close();
        relay.close();
        floor.close();
    }
}
