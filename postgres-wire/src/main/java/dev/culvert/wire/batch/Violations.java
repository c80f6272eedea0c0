package dev.culvert.wire.batch;

import dev.culvert.wire.error.WireException;
import dev.culvert.wire.message.FrontendMessageType;

/** What peers are told when their stream of messages makes no sense. */
final class Violations {
    private static final String CLIENT_HINT =
            "Check the client: this is a defect in it, or bytes were lost on the way.";
    private static final String BACKEND_HINT =
            "Check that what the tunnel leads to is a Postgres server, and connect again.";

    private Violations() {}

    static WireException unknownType(byte code) {
        return WireException.protocolViolation(
                "invalid frontend message type 0x%02X".formatted(code & 0xFF), CLIENT_HINT);
    }

    static WireException passwordAfterLogin() {
        return WireException.protocolViolation(
                "a password message came after login was complete", CLIENT_HINT);
    }

    static WireException unexpectedInCopy(FrontendMessageType type) {
        return WireException.protocolViolation(
                "unexpected message type 0x%02X during COPY from stdin".formatted(type.code()),
                "End the COPY with CopyDone or CopyFail before anything else.");
    }

    static WireException impossibleLength(FrontendMessageType type, int length) {
        return WireException.protocolViolation(
                "invalid length %s of a message of type 0x%02X; 4 to %d are possible"
                        .formatted(Integer.toUnsignedString(length), type.code(), type.maxLength()),
                type.maxLength() == Integer.BYTES
                        ? CLIENT_HINT
                        : "Send less in one message, or check the client for a defect.");
    }

    static WireException unknownBackendType(byte code) {
        return WireException.protocolViolation(
                "the database sent a message of unknown type 0x%02X".formatted(code & 0xFF),
                BACKEND_HINT);
    }

    static WireException impossibleBackendLength(byte code, int length) {
        return WireException.protocolViolation(
                "the database sent a message of type 0x%02X with the invalid length %s"
                        .formatted(code, Integer.toUnsignedString(length)),
                BACKEND_HINT);
    }

    static WireException unknownTransactionStatus(byte code) {
        return WireException.protocolViolation(
                "the database sent the unknown transaction status 0x%02X".formatted(code & 0xFF),
                BACKEND_HINT);
    }
}
