package dev.culvert.relay.tunnel;

import dev.culvert.front.sharing.ExclusiveSharing;
import dev.culvert.front.sharing.QueueSharing;
import dev.culvert.front.sharing.Sharing;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How a tunnel's clients share its backend; PROTOCOL.md section 3, {@code mode}. */
enum SharingMode {
    /** One at a time, others are refused. */
    EXCLUSIVE,
    /** One at a time, others wait. */
    QUEUE;

    /** The mode that a HELLO means, or empty if there is none of that name. */
    static Optional<SharingMode> of(@Nullable String name) {
        if (name == null) {
            return Optional.of(EXCLUSIVE);
        }
        for (SharingMode mode : values()) {
            if (mode.label().equals(name)) {
                return Optional.of(mode);
            }
        }
        return Optional.empty();
    }

    /** Its name in HELLO. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** For one tunnel, where so many may wait. */
    Sharing sharing(int maxWaiting) {
        return switch (this) {
            case EXCLUSIVE -> new ExclusiveSharing();
            case QUEUE -> new QueueSharing(maxWaiting);
        };
    }
}
