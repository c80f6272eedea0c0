package dev.culvert.wire.message;

import dev.culvert.wire.text.CStrings;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * Writes the messages that a server sends of its own accord. Source: Postgres documentation,
 * "Message Formats".
 *
 * <p>Every buffer passed in stays the caller's. Every length counts itself but not the type byte.
 * Text with a NUL is refused with IllegalArgumentException.
 */
public final class BackendMessages {
    private static final int AUTHENTICATION_OK = 0;
    private static final int AUTHENTICATION_CLEARTEXT_PASSWORD = 3;
    private static final int AUTHENTICATION_MD5_PASSWORD = 5;
    private static final int AUTHENTICATION_SASL = 10;
    private static final int AUTHENTICATION_SASL_CONTINUE = 11;
    private static final int AUTHENTICATION_SASL_FINAL = 12;

    private BackendMessages() {}

    /**
     * AuthenticationOk: the client is who it says.
     *
     * <pre>
     * byte 'R' | int32 8 | int32 0
     * </pre>
     */
    public static void authenticationOk(ByteBuf out) {
        authentication(out, AUTHENTICATION_OK, new byte[0]);
    }

    /**
     * AuthenticationCleartextPassword: the client is to send the password itself.
     *
     * <pre>
     * byte 'R' | int32 8 | int32 3
     * </pre>
     */
    public static void authenticationCleartextPassword(ByteBuf out) {
        authentication(out, AUTHENTICATION_CLEARTEXT_PASSWORD, new byte[0]);
    }

    /**
     * AuthenticationMD5Password: the client is to send a hash of the password and the salt.
     *
     * <pre>
     * byte 'R' | int32 12 | int32 5 | byte[4] salt
     * </pre>
     */
    public static void authenticationMd5Password(ByteBuf out, byte[] salt) {
        authentication(out, AUTHENTICATION_MD5_PASSWORD, salt);
    }

    /**
     * AuthenticationSASL: the mechanisms offered, best first.
     *
     * <pre>
     * byte 'R' | int32 length | int32 10 | cstring mechanism, repeated | byte 0
     * </pre>
     */
    public static void authenticationSasl(ByteBuf out, List<String> mechanisms) {
        out.writeByte('R');
        int lengthAt = out.writerIndex();
        out.writeInt(0).writeInt(AUTHENTICATION_SASL);
        mechanisms.forEach(mechanism -> CStrings.write(out, mechanism));
        out.writeByte(0);
        out.setInt(lengthAt, out.writerIndex() - lengthAt);
    }

    /**
     * AuthenticationSASLContinue: the server's challenge.
     *
     * <pre>
     * byte 'R' | int32 length | int32 11 | bytes data
     * </pre>
     */
    public static void authenticationSaslContinue(ByteBuf out, byte[] data) {
        authentication(out, AUTHENTICATION_SASL_CONTINUE, data);
    }

    /**
     * AuthenticationSASLFinal: the server's own proof.
     *
     * <pre>
     * byte 'R' | int32 length | int32 12 | bytes data
     * </pre>
     */
    public static void authenticationSaslFinal(ByteBuf out, byte[] data) {
        authentication(out, AUTHENTICATION_SASL_FINAL, data);
    }

    private static void authentication(ByteBuf out, int kind, byte[] data) {
        out.writeByte('R').writeInt(8 + data.length).writeInt(kind).writeBytes(data);
    }

    /**
     * ParameterStatus: a setting that clients want to know.
     *
     * <pre>
     * byte 'S' | int32 length | cstring name | cstring value
     * </pre>
     */
    public static void parameterStatus(ByteBuf out, String name, String value) {
        out.writeByte('S');
        int lengthAt = out.writerIndex();
        out.writeInt(0);
        CStrings.write(out, name);
        CStrings.write(out, value);
        out.setInt(lengthAt, out.writerIndex() - lengthAt);
    }

    /**
     * BackendKeyData: what a CancelRequest must bring.
     *
     * <pre>
     * byte 'K' | int32 length | int32 process id | bytes key
     * </pre>
     *
     * @param key 4 bytes in protocol 3.0, 4 to 256 in 3.2
     */
    public static void backendKeyData(ByteBuf out, int processId, byte[] key) {
        out.writeByte('K').writeInt(8 + key.length).writeInt(processId).writeBytes(key);
    }

    /**
     * ReadyForQuery: the answer is complete.
     *
     * <pre>
     * byte 'Z' | int32 5 | byte status
     * </pre>
     */
    public static void readyForQuery(ByteBuf out, TransactionStatus status) {
        out.writeByte('Z').writeInt(5).writeByte(status.code());
    }

    /**
     * EmptyQueryResponse: the query had no statement in it.
     *
     * <pre>
     * byte 'I' | int32 4
     * </pre>
     */
    public static void emptyQueryResponse(ByteBuf out) {
        out.writeByte('I').writeInt(4);
    }

    /**
     * CommandComplete: a statement is done.
     *
     * <pre>
     * byte 'C' | int32 length | cstring tag
     * </pre>
     */
    public static void commandComplete(ByteBuf out, String tag) {
        out.writeByte('C');
        int lengthAt = out.writerIndex();
        out.writeInt(0);
        CStrings.write(out, tag);
        out.setInt(lengthAt, out.writerIndex() - lengthAt);
    }
}
