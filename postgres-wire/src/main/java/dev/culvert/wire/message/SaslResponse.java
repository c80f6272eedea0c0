package dev.culvert.wire.message;

/**
 * SASLResponse: a client's message after the first one.
 *
 * @param data the mechanism's message; not copied
 */
@SuppressWarnings("ArrayRecordComponent")
public record SaslResponse(byte[] data) {

    /**
     * Reads it: the body is the data.
     *
     * @param body from {@link PasswordMessage#read}
     */
    public static SaslResponse parse(byte[] body) {
        return new SaslResponse(body);
    }

    /** Shows no data: it is part of a login. */
    @Override
    public String toString() {
        return "SaslResponse[" + data.length + " bytes]";
    }
}
