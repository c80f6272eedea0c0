package dev.culvert.relay.policy;

import java.util.ArrayList;
import java.util.List;

/** Whose names are whose. */
final class Reserved {
    /** What the relay itself answers to. */
    static final String ADMIN = "admin";

    private record Owned(NamePattern pattern, String subject) {}

    private final List<Owned> owned = new ArrayList<>();

    Reserved(AccessSettings settings) {
        settings.reserved().forEach((pattern, subject) -> owned.add(new Owned(pattern, subject)));
        for (TokenEntry entry : settings.tokens()) {
            for (NamePattern pattern : entry.grant().names()) {
                if (!pattern.isAny()) {
                    owned.add(new Owned(pattern, entry.grant().subject()));
                }
            }
        }
    }

    /** Whether a subject may take a name, as far as others are concerned. */
    boolean permits(String name, String subject) {
        if (name.equals(ADMIN)) {
            return false;
        }
        boolean isReserved = false;
        for (Owned reservation : owned) {
            if (reservation.pattern().matches(name)) {
                if (reservation.subject().equals(subject)) {
                    return true;
                }
                isReserved = true;
            }
        }
        return !isReserved;
    }
}
