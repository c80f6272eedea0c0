package dev.culvert.front.backend;

import dev.culvert.front.limit.Cidr;
import dev.culvert.wire.scram.ScramVerifier;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who may connect to a backend, from where, and with which password. Immutable. */
public final class Credentials {
    private final Map<String, Credential> users;
    private final List<Cidr> allow;
    private final List<Proof.Password> passwords;

    private Credentials(Map<String, Credential> users, List<Cidr> allow) {
        this.users = Map.copyOf(users);
        this.allow = List.copyOf(allow);
        this.passwords =
                users.values().stream()
                        .map(Credential::proof)
                        .filter(Proof.Password.class::isInstance)
                        .map(Proof.Password.class::cast)
                        .sorted(Comparator.comparingInt(Credentials::look))
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
     * The password that an unknown user's is to look like: that of one of the real users, of the
     * same look for the same name every time. Empty when none has one.
     */
    public Optional<Proof.Password> lookAlike(String user) {
        return passwords.isEmpty()
                ? Optional.empty()
                : Optional.of(passwords.get(Math.floorMod(user.hashCode(), passwords.size())));
    }

    /** What a client sees of a password before it proves anything. */
    private static int look(Proof.Password password) {
        return switch (password) {
            case Proof.Scram(ScramVerifier verifier) -> verifier.iterations();
            case Proof.Md5 _ -> 0;
        };
    }
}
