package dev.culvert.wire.startup;

import dev.culvert.wire.error.SqlState;
import dev.culvert.wire.error.WireException;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads the packets that come before the first one with a type byte.
 *
 * <p>Refuses as early as the bytes allow: an absurd length with the fourth byte, an impossible
 * version with the eighth, so that a peer which does not speak Postgres is not waited for. Source:
 * Postgres {@code ProcessStartupPacket} in backend_startup.c.
 */
public final class FirstPacketReader {
    /** Bytes of length word and code. */
    private static final int HEADER_LENGTH = 8;

    /**
     * Most bytes that may follow the length word: MAX_STARTUP_PACKET_LENGTH in Postgres' pqcomm.h.
     */
    private static final int MAX_BODY_LENGTH = 10_000;

    private static final int MAX_LENGTH = Integer.BYTES + MAX_BODY_LENGTH;

    private FirstPacketReader() {}

    /**
     * Reads one packet.
     *
     * @param in moved behind the packet, or not at all when it is incomplete; stays the caller's
     * @return null while more bytes are needed
     * @throws WireException for anything Postgres would refuse too; what the buffer's position is
     *     then does not matter, for the connection is over
     */
    public static @Nullable FirstPacket read(ByteBuf in) {
        int start = in.readerIndex();
        int readable = in.readableBytes();
        if (readable < Integer.BYTES) {
            return null;
        }
        int length = in.getInt(start);
        if (length < HEADER_LENGTH || length > MAX_LENGTH) {
            throw WireException.protocolViolation(
                    "the first packet is not one of the Postgres protocol: its length would be "
                            + Integer.toUnsignedString(length)
                            + " bytes",
                    "Connect with a Postgres client. This port speaks nothing else.");
        }
        if (readable < HEADER_LENGTH) {
            return null;
        }
        int code = in.getInt(start + Integer.BYTES);
        checkHeader(length, code);
        if (readable < length) {
            return null;
        }
        ByteBuf body = in.readSlice(length).skipBytes(HEADER_LENGTH);
        return switch (code) {
            case SslRequest.CODE -> SslRequest.INSTANCE;
            case GssEncRequest.CODE -> GssEncRequest.INSTANCE;
            case CancelRequest.CODE -> cancelRequest(body);
            default -> StartupParameters.read(ProtocolVersion.of(code), body);
        };
    }

    private static CancelRequest cancelRequest(ByteBuf body) {
        int processId = body.readInt();
        var key = new byte[body.readableBytes()];
        body.readBytes(key);
        return new CancelRequest(processId, key);
    }

    private static void checkHeader(int length, int code) {
        switch (code) {
            case SslRequest.CODE -> checkEncryptionRequest("SSLRequest", length);
            case GssEncRequest.CODE -> checkEncryptionRequest("GSSENCRequest", length);
            case CancelRequest.CODE -> checkCancelRequest(length);
            default -> checkVersion(ProtocolVersion.of(code));
        }
    }

    private static void checkEncryptionRequest(String name, int length) {
        if (length != HEADER_LENGTH) {
            throw WireException.protocolViolation(
                    name + " has a length of " + length + " bytes instead of 8",
                    "Check the client: this is a defect in it, or not a Postgres client.");
        }
    }

    private static void checkCancelRequest(int length) {
        int keyLength = length - CancelRequest.FIXED_LENGTH;
        if (keyLength < CancelRequest.MIN_KEY_LENGTH || keyLength > CancelRequest.MAX_KEY_LENGTH) {
            throw WireException.protocolViolation(
                    "CancelRequest has a length of "
                            + length
                            + " bytes, but its key must have 4 to 256",
                    "Check the client: it must send back the key exactly as it received it.");
        }
    }

    private static void checkVersion(ProtocolVersion version) {
        if (version.major() != ProtocolVersion.V3_0.major()) {
            throw WireException.of(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "unsupported frontend protocol "
                            + version
                            + ": this server speaks "
                            + ProtocolVersion.V3_0
                            + " to "
                            + ProtocolVersion.V3_2,
                    "Use a client made for Postgres 7.4 or newer.");
        }
    }
}
