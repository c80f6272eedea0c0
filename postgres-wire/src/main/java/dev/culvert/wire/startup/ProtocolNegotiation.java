package dev.culvert.wire.startup;

import dev.culvert.wire.text.CStrings;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * What to tell a client that asked for more of the protocol than Culvert speaks. Source: Postgres
 * documentation, NegotiateProtocolVersion.
 *
 * @param version the version both sides speak from here on: the client's own or 3.2, whichever is
 *     older
 * @param unknownOptions the {@code _pq_.} names that Culvert does not know, which is all of them
 * @param needed whether NegotiateProtocolVersion must be sent; libpq refuses one that changes
 *     nothing
 */
public record ProtocolNegotiation(
        ProtocolVersion version, List<String> unknownOptions, boolean needed) {

    /** Copies the names. */
    public ProtocolNegotiation {
        unknownOptions = List.copyOf(unknownOptions);
    }

    /** What {@code startup} makes necessary. */
    public static ProtocolNegotiation of(StartupMessage startup) {
        boolean tooNew = startup.version().compareTo(ProtocolVersion.V3_2) > 0;
        List<String> options = startup.protocolOptions();
        return new ProtocolNegotiation(
                tooNew ? ProtocolVersion.V3_2 : startup.version(),
                options,
                tooNew || !options.isEmpty());
    }

    /**
     * Writes NegotiateProtocolVersion; to be sent before the first authentication message.
     *
     * <pre>
     * byte  'v'
     * int32 length, itself included
     * int32 version code: 196610 for 3.2
     * int32 number of options
     * then for each option:
     *   cstring name
     * </pre>
     *
     * <p>The version is the whole code, major in the high half: that is what Postgres sends and
     * libpq compares.
     *
     * @param out stays the caller's
     */
    public void writeTo(ByteBuf out) {
        out.writeByte('v');
        int lengthAt = out.writerIndex();
        out.writeInt(0).writeInt(version.code()).writeInt(unknownOptions.size());
        unknownOptions.forEach(name -> CStrings.write(out, name));
        out.setInt(lengthAt, out.writerIndex() - lengthAt);
    }
}
