package dev.culvert.load.compare;

import dev.culvert.load.nulls.FloorServer;
import dev.culvert.load.process.Child;
import dev.culvert.load.process.Workplace;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The null backend without anything in front of it but TLS. */
final class Floor implements Contender {
    private final Child server;
    private final int port;

    Floor(Workplace place) throws IOException {
        server =
                Child.start(
                        place.java(
                                FloorServer.class,
                                place.certificate().toString(),
                                place.key().toString()),
                        Map.of(),
                        place.log("floor"));
        port = Integer.parseInt(server.line());
    }

    @Override
    public String name() {
        return "null backend, direct";
    }

    @Override
    public Address address(int client) {
        return new Address("localhost", port, "guest", "unasked");
    }

    @Override
    public long pid() {
        return server.pid();
    }

    @Override
    public List<Long> servers() {
        return List.of(server.pid());
    }

    @Override
    public boolean isInTheMiddle() {
        return false;
    }

    @Override
    public String copyOut(long bytes) {
        return NullSql.copyOut(bytes);
    }

    @Override
    public String copyIn() {
        return NullSql.COPY_IN;
    }

    @Override
    public void close() {
        server.close();
    }
}
