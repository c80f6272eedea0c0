package dev.culvert.wire.message;

import dev.culvert.wire.error.WireException;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads the client's messages during login, which all have type {@code p}.
 *
 * <p>The peer has not proved who it is, so nothing larger than a small message is waited for.
 */
public final class PasswordMessage {
    private static final int HEADER_LENGTH = 5;

    private PasswordMessage() {}

    /**
     * Reads one message.
     *
     * @param in moved behind the message, or not at all when it is incomplete; stays the caller's
     * @return the body, a copy; null while more bytes are needed
     * @throws WireException 08P01 when the message is of another type or its length out of bounds,
     *     as soon as that can be seen
     */
    public static byte @Nullable [] read(ByteBuf in) {
        int readable = in.readableBytes();
        if (readable == 0) {
            return null;
        }
        byte type = in.getByte(in.readerIndex());
        if (type != FrontendMessageType.PASSWORD.code()) {
            throw WireException.protocolViolation(
                    "expected a password or SASL message, got message type 0x%02X"
                            .formatted(type & 0xFF),
                    "Check that the client supports SCRAM-SHA-256 and has a password to send.");
        }
        if (readable < HEADER_LENGTH) {
            return null;
        }
        int length = in.getInt(in.readerIndex() + 1);
        if (!FrontendMessageType.PASSWORD.permitsLength(length)) {
            throw WireException.protocolViolation(
                    "a login message has a length of "
                            + Integer.toUnsignedString(length)
                            + " bytes; 4 to "
                            + FrontendMessageType.PASSWORD.maxLength()
                            + " are possible",
                    "Check the client: this is a defect in it.");
        }
        if (readable < 1 + length) {
            return null;
        }
        in.skipBytes(HEADER_LENGTH);
        var body = new byte[length - Integer.BYTES];
        in.readBytes(body);
        return body;
    }
}
