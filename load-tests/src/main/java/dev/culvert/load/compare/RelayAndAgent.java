package dev.culvert.load.compare;

import dev.culvert.load.nulls.NullAgents;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The relay as anybody runs it, and null agents that dial it, one tunnel for each client. */
final class RelayAndAgent implements Contender {
    private static final Pattern PORTS =
            Pattern.compile(
                    "\"httpsPort\":(\\d+).*\"postgresPort\":(\\d+)|\"postgresPort\":(\\d+).*\"httpsPort\":(\\d+)");

    private final Child relay;
    private final Child agents;
    private final int postgresPort;

    RelayAndAgent(Workplace place, Path jar, int tunnels) throws IOException {
        relay =
                Child.start(
                        List.of(
                                Workplace.JAVA,
                                "--sun-misc-unsafe-memory-access=allow",
                                "-jar",
                                jar.toString(),
                                "relay",
                                "--json",
                                "--domain",
                                Workplace.DOMAIN,
                                "--cert",
                                place.certificate().toString(),
                                "--key",
                                place.key().toString(),
                                "--postgres-port",
                                "0",
                                "--https-port",
                                "0",
                                "--allow-no-password",
                                // what is measured is not how many one address may open
                                "--max-connections",
                                "1000000",
                                "--max-connections-per-address",
                                "1000000",
                                "--new-connections",
                                "1000000",
                                "--new-connections-per-address",
                                "1000000"),
                        Map.of(),
                        place.log("relay"));
        String ready = relay.line();
        Matcher ports = PORTS.matcher(ready);
        if (!ports.find()) {
            throw new IOException("the relay says " + ready);
        }
        String https = ports.group(1) != null ? ports.group(1) : ports.group(4);
        postgresPort = Integer.parseInt(ports.group(2) != null ? ports.group(2) : ports.group(3));
        agents =
                Child.start(
                        place.java(
                                NullAgents.class,
                                "wss://localhost:" + https,
                                place.ca().toString(),
                                Integer.toString(tunnels)),
                        Map.of(),
                        place.log("agents"));
        agents.line();
    }

    @Override
    public String name() {
        return "null backend, relay";
    }

    @Override
    public Address address(int client) {
        return new Address(
                NullAgents.tunnel(client) + "." + Workplace.DOMAIN, postgresPort, "guest", "");
    }

    @Override
    public long pid() {
        return relay.pid();
    }

    long agentsPid() {
        return agents.pid();
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
