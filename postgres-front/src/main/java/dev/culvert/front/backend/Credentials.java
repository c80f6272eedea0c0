package dev.culvert.front.backend;

import dev.culvert.front.limit.Cidr;
import dev.culvert.wire.scram.ScramVerifier;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Who may connect to a backend, from where, and with which password. Immutable. */
public final class Credentials {
    private final Map<String, Credential> users;
    private final List<Cidr> allow;
    private final List<Integer> iterations;

    private Credentials(Map<String, Credential> users, List<Cidr> allow) {
        this.users = Map.copyOf(users);
        this.allow = List.copyOf(allow);
        this.iterations =
                users.values().stream()
                        .map(Credential::verifier)
                        .filter(Objects::nonNull)
                        .map(ScramVerifier::iterations)
                        .sorted()
                        .toList();
    }

    /**
     * Credentials.
     *
     * @param users by name
     * @param allow ranges of addresses that clients may come from; empty for all
     */
    public static Credentials of(Map<String, Credential> users, List<Cidr> allow) {
        return new Credentials(users, allow);
    }

    /** Whether clients may come from the address. */
    public boolean admits(InetAddress address) {
        return allow.isEmpty() || allow.stream().anyMatch(range -> range.contains(address));
    }

    /** A user's credential; empty for a user who may not connect. */
    public Optional<Credential> find(String user) {
        return Optional.ofNullable(users.get(user));
    }

    /**
     * Iterations for the mock verifier of an unknown user: those of one of the real users, the same
     * for the same name every time.
     */
    public int mockIterations(String user) {
        return iterations.isEmpty()
                ? ScramVerifier.DEFAULT_ITERATIONS
                : iterations.get(Math.floorMod(user.hashCode(), iterations.size()));
    }
}
