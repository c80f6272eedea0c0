package dev.culvert.load.compare;

import dev.culvert.load.process.Workplace;
import java.nio.file.Path;
import java.util.List;

/** The contenders: each in the middle is compared with what is behind it. */
record Field(
        Floor floor,
        RelayAndAgent relay,
        PgBouncer floorsBouncer,
        Postgres postgres,
        PgBouncer bouncer)
        implements AutoCloseable {
    /** Starts them all. */
    static Field start(Workplace place, Path jar, int clients) throws Exception {
        Floor floor = new Floor(place);
        Postgres postgres = new Postgres(place);
        return new Field(
                floor,
                new RelayAndAgent(place, jar, clients),
                new PgBouncer(place, "null backend, PgBouncer", floor),
                postgres,
                new PgBouncer(place, "Postgres, PgBouncer", postgres));
    }

    List<Contender> all() {
        return List.of(floor, relay, floorsBouncer, postgres, bouncer);
    }

    @Override
    public void close() {
        bouncer.close();
        postgres.close();
        floorsBouncer.close();
        relay.close();
        floor.close();
    }
}
