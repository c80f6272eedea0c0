package dev.culvert.relay.policy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What an agent may do.
 *
 * @param subject who it is, or empty for anybody
 * @param names the names that its tunnels may have; empty for any that nobody reserved
 * @param tunnels how many it may have at a time; empty for as many as the relay grants a subject
 * @param modes the sharing modes that it may ask for; empty for all
 * @param lifetime how long its tunnels may live; empty for as long as any
 */
public record Grant(
        String subject,
        List<NamePattern> names,
        OptionalInt tunnels,
        Set<String> modes,
        Optional<Duration> lifetime) {
    /** Of an agent that need not say who it is. */
    public static final Grant ANONYMOUS =
            new Grant("", List.of(), OptionalInt.empty(), Set.of(), Optional.empty());

    /** Checks the values. */
    public Grant {
        names = List.copyOf(names);
        modes = Set.copyOf(modes);
        if (tunnels.isPresent() && tunnels.getAsInt() < 1) {
            throw new IllegalArgumentException(
                    "a subject with " + tunnels.getAsInt() + " tunnels can open none");
        }
        if (lifetime.isPresent() && lifetime.get().compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException(
                    "a lifetime of " + lifetime.get() + " is less than a second");
        }
    }

    /** Whether somebody vouches for who the agent is. */
    public boolean hasSubject() {
        return !subject.isEmpty();
    }

    /** Whether it may have a tunnel of that name, as far as the token goes. */
    public boolean permitsName(String name) {
        return names.isEmpty() || names.stream().anyMatch(pattern -> pattern.matches(name));
    }

    /** Whether it may ask for the sharing mode. */
    public boolean permitsMode(String mode) {
        return modes.isEmpty() || modes.contains(mode);
    }

    /** The name of a tunnel that asks for none: the first of its own; empty when any will do. */
    public Optional<String> usualName() {
        return names.stream().filter(NamePattern::isExact).map(NamePattern::text).findFirst();
    }
}
