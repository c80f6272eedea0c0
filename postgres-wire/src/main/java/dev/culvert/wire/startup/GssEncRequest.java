package dev.culvert.wire.startup;

/** GSSENCRequest: the client asks for GSSAPI encryption. Culvert answers {@code N}. */
public enum GssEncRequest implements FirstPacket {
    /** It has no content. */
    INSTANCE;

    /** The word in the version's place: 1234.5680. */
    static final int CODE = 80877104;
}
