package dev.culvert.wire.startup;

import dev.culvert.wire.text.CStrings;
import io.netty.buffer.ByteBuf;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * StartupMessage: who the client is and what it wants.
 *
 * @param version the version asked for
 * @param parameters in the order sent, unmodifiable; contains {@code user}, which is not empty
 */
public record StartupMessage(ProtocolVersion version, SequencedMap<String, String> parameters)
        implements FirstPacket {

    /** Parameters with this prefix are options of the protocol and not settings. */
    public static final String PROTOCOL_OPTION_PREFIX = "_pq_.";

    static final String USER = "user";
    static final String DATABASE = "database";
    static final String OPTIONS = "options";
    static final String REPLICATION = "replication";

    /**
     * Copies the parameters.
     *
     * @throws IllegalArgumentException when there is no user, a name is empty, or a NUL is in there
     */
    public StartupMessage {
        parameters = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(parameters));
        parameters.forEach((name, value) -> {
            CStrings.requireNoNul(value);
            if (CStrings.requireNoNul(name).isEmpty()) {
                throw new IllegalArgumentException("a parameter needs a name");
            }
        });
        String user = parameters.get(USER);
        if (user == null || user.isEmpty()) {
            throw new IllegalArgumentException("a startup message needs a user");
        }
    }

    /** The user to log in as. */
    public String user() {
        return parameter(USER).orElseThrow();
    }

    /** The database to connect to: the user's name when none is given, as in Postgres. */
    public String database() {
        return parameter(DATABASE).filter(name -> !name.isEmpty()).orElseGet(this::user);
    }

    /** The command-line options, for {@link StartupOptions#parse}; empty when none are given. */
    public String options() {
        return parameter(OPTIONS).orElse("");
    }

    /** The parameter with that name. */
    public Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters.get(name));
    }

    /** The names that begin with {@code _pq_.}, in the order sent. */
    public List<String> protocolOptions() {
        return parameters.keySet().stream()
                .filter(name -> name.startsWith(PROTOCOL_OPTION_PREFIX))
                .toList();
    }

    /** The same with this parameter set: in its old place, or at the end. */
    public StartupMessage with(String name, String value) {
        var changed = new LinkedHashMap<>(parameters);
        changed.put(name, value);
        return new StartupMessage(version, changed);
    }

    /** The same without this parameter. */
    public StartupMessage without(String name) {
        var changed = new LinkedHashMap<>(parameters);
        changed.remove(name);
        return new StartupMessage(version, changed);
    }

    /**
     * Writes it for a backend, as protocol 3.0 and without protocol options: Culvert negotiates
     * those with the client itself.
     *
     * <pre>
     * int32 length, itself included
     * int32 196608
     * then for each parameter:
     *   cstring name
     *   cstring value
     * byte  0
     * </pre>
     *
     * @param out stays the caller's
     */
    public void writeTo(ByteBuf out) {
        int start = out.writerIndex();
        out.writeInt(0).writeInt(ProtocolVersion.V3_0.code());
        parameters.forEach((name, value) -> {
            if (!name.startsWith(PROTOCOL_OPTION_PREFIX)) {
                CStrings.write(out, name);
                CStrings.write(out, value);
            }
        });
        out.writeByte(0);
        out.setInt(start, out.writerIndex() - start);
    }
}
