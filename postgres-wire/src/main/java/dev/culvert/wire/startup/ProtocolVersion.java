package dev.culvert.wire.startup;

import java.util.Comparator;

/**
 * A version of the frontend/backend protocol.
 *
 * @param major 0 to 65535
 * @param minor 0 to 65535
 */
public record ProtocolVersion(int major, int minor) implements Comparable<ProtocolVersion> {
    /** What every client speaks. */
    public static final ProtocolVersion V3_0 = new ProtocolVersion(3, 0);

    /** The newest that Culvert speaks: Postgres 18's, with cancel keys of up to 256 bytes. */
    public static final ProtocolVersion V3_2 = new ProtocolVersion(3, 2);

    private static final int MAX = 0xFFFF;
    private static final Comparator<ProtocolVersion> ORDER =
            Comparator.comparingInt(ProtocolVersion::code);

    /** Refuses numbers that do not fit in 16 bits each. */
    public ProtocolVersion {
        if (major < 0 || major > MAX || minor < 0 || minor > MAX) {
            throw new IllegalArgumentException("version numbers are 0 to 65535");
        }
    }

    /** The version that the wire word {@code code} stands for. */
    public static ProtocolVersion of(int code) {
        return new ProtocolVersion(code >>> 16, code & MAX);
    }

    /** The wire word: major in the high half, minor in the low half. */
    public int code() {
        return major << 16 | minor;
    }

    /** Whether this is {@code other} or newer. */
    public boolean isAtLeast(ProtocolVersion other) {
        return compareTo(other) >= 0;
    }

    @Override
    public int compareTo(ProtocolVersion other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
