package dev.culvert.wire.startup;

import dev.culvert.wire.error.SqlState;
import dev.culvert.wire.error.WireException;
import dev.culvert.wire.text.CStrings;
import io.netty.buffer.ByteBuf;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Reads the list of names and values in a startup message, and refuses what cannot become a
 * session.
 */
final class StartupParameters {
    /**
     * What Postgres' {@code parse_bool} takes for false: any start of a word that is no start of
     * another.
     */
    private static final Set<String> OFF =
            Set.of("f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0");

    private static final String DEFECTIVE_CLIENT =
            "Check the client: this is a defect in it, or not a Postgres client.";

    private StartupParameters() {}

    /** Reads {@code body}, which is the rest of the packet and is consumed. */
    static StartupMessage read(ProtocolVersion version, ByteBuf body) {
        var parameters = new LinkedHashMap<String, String>();
        while (true) {
            String name = readString(body, "the name of a parameter");
            if (name.isEmpty()) {
                break;
            }
            String value = readString(body, "the value of " + quote(name));
            if (parameters.putIfAbsent(name, value) != null) {
                throw WireException.protocolViolation(
                        "the startup message sets " + quote(name) + " twice",
                        "Remove one of the two from the connection's settings.");
            }
        }
        if (body.isReadable()) {
            throw WireException.protocolViolation(
                    "the startup message goes on for "
                            + body.readableBytes()
                            + " bytes after its end",
                    DEFECTIVE_CLIENT);
        }
        checkUser(parameters);
        checkReplication(parameters);
        return new StartupMessage(version, parameters);
    }

    private static String readString(ByteBuf body, String what) {
        int length = CStrings.length(body);
        if (length < 0) {
            throw WireException.protocolViolation(
                    "the startup message ends before " + what + " does", DEFECTIVE_CLIENT);
        }
        String text = CStrings.readStrict(body, length);
        if (text == null) {
            throw WireException.protocolViolation(
                    what + " in the startup message is not valid UTF-8",
                    "Set the client's encoding to UTF-8 before it connects.");
        }
        return text;
    }

    private static void checkUser(SequencedMap<String, String> parameters) {
        String user = parameters.get(StartupMessage.USER);
        if (user == null || user.isEmpty()) {
            throw WireException.of(
                    SqlState.INVALID_AUTHORIZATION,
                    user == null
                            ? "the startup message names no user"
                            : "the user name in the startup message is empty",
                    "Give a user name, as in \"psql -U NAME\" or \"user=NAME\".");
        }
    }

    private static void checkReplication(SequencedMap<String, String> parameters) {
        String value = parameters.get(StartupMessage.REPLICATION);
        if (value != null && !OFF.contains(value.toLowerCase(Locale.ROOT))) {
            throw WireException.of(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "replication connections are not supported",
                    "Remove \"replication\" from the connection's settings.");
        }
    }

    /** Quotes a name from the peer for a message, shortened to what stays readable. */
    private static String quote(String name) {
        int limit = 63;
        return '"' + (name.length() <= limit ? name : name.substring(0, limit) + "…") + '"';
    }
}
