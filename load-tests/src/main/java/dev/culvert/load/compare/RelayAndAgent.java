package dev.culvert.load.compare;

import dev.culvert.load.nulls.NullAgentGroup;
import dev.culvert.load.nulls.NullAgents;
import dev.culvert.load.process.RelayChild;
import dev.culvert.load.process.Workplace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The relay as anybody runs it, and null agents that dial it, one tunnel for each client. */
final class RelayAndAgent implements Contender {
    private final RelayChild relay;
    private final NullAgentGroup agents;

    RelayAndAgent(Workplace place, Path jar, int tunnels) throws IOException {
        relay = new RelayChild(place, jar, List.of(), List.of());
        agents = new NullAgentGroup(place, relay, 0, tunnels);
    }

    @Override
    public String name() {
        return "null backend, relay";
    }

    @Override
    public Address address(int client) {
        return new Address(
                NullAgents.tunnel(client) + "." + Workplace.DOMAIN,
                relay.postgresPort(),
                "guest",
                "");
    }

    @Override
    public long pid() {
        return relay.pid();
    }

    @Override
    public List<Long> servers() {
        return agents.pids();
    }

    @Override
    public boolean isInTheMiddle() {
        return true;
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
        agents.close();
        relay.close();
    }
}
