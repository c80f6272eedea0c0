package dev.culvert.load.nulls;

import dev.culvert.load.process.Child;
import dev.culvert.load.process.RelayChild;
import dev.culvert.load.process.Workplace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Any number of null agents, in as many processes as they need. */
public final class NullAgentGroup implements AutoCloseable {
    /** A process may not have more sockets everywhere. */
    private static final int PER_PROCESS = 10_000;

    private final List<Child> processes = new ArrayList<>();

    /** Opens tunnels, and returns when all are open. */
    public NullAgentGroup(Workplace place, RelayChild relay, int first, int count)
            throws IOException {
        for (int done = 0; done < count; done += PER_PROCESS) {
            processes.add(
                    Child.start(
                            place.java(
                                    NullAgents.class,
                                    relay.agentsUrl().toString(),
                                    place.ca().toString(),
                                    Integer.toString(Math.min(PER_PROCESS, count - done)),
                                    Integer.toString(first + done)),
                            Map.of(),
                            place.log("agents")));
        }
        for (Child process : processes) {
            process.line();
        }
    }

    /** Their processes. */
    public List<Long> pids() {
        return processes.stream().map(Child::pid).toList();
    }

    @Override
    public void close() {
        processes.forEach(Child::close);
    }
}
