package dev.culvert.wire.message;

import dev.culvert.wire.error.WireException;
import dev.culvert.wire.text.CStrings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * SASLInitialResponse: the mechanism the client chose and its first message. The answers after it,
 * SASLResponse, are data only: the body that {@link PasswordMessage#read} returns.
 *
 * @param mechanism as the client spelled it
 * @param data the mechanism's first message; not copied
 */
@SuppressWarnings("ArrayRecordComponent")
public record SaslInitialResponse(String mechanism, byte[] data) {
    private static final String HINT = "Check the client: this is a defect in it.";

    /**
     * Reads it.
     *
     * <pre>
     * cstring mechanism
     * int32   length of the data
     * bytes   data
     * </pre>
     *
     * @param body from {@link PasswordMessage#read}
     * @throws WireException 08P01 for another layout, and for a message without data, which no
     *     mechanism offered here has a use for
     */
    public static SaslInitialResponse parse(byte[] body) {
        ByteBuf in = Unpooled.wrappedBuffer(body);
        String mechanism = CStrings.readLenient(in);
        if (mechanism == null) {
            throw WireException.protocolViolation(
                    "SASLInitialResponse names no mechanism",
                    "Use a client that supports SCRAM-SHA-256; a plain password is not accepted.");
        }
        if (in.readableBytes() < Integer.BYTES) {
            throw WireException.protocolViolation("SASLInitialResponse ends too early", HINT);
        }
        int length = in.readInt();
        if (length != in.readableBytes()) {
            throw WireException.protocolViolation(
                    "SASLInitialResponse announces "
                            + length
                            + " bytes of data but has "
                            + in.readableBytes(),
                    HINT);
        }
        var data = new byte[length];
        in.readBytes(data);
        return new SaslInitialResponse(mechanism, data);
    }

    /** Shows no data: it is part of a login. */
    @Override
    public String toString() {
        return "SaslInitialResponse[mechanism=" + mechanism + "]";
    }
}
