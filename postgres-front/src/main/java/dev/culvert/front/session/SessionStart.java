package dev.culvert.front.session;

import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.error.WireException;
import dev.culvert.wire.startup.Setting;
import dev.culvert.wire.text.CStrings;
import io.netty.buffer.ByteBuf;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * The first answers of a backend: to the StartupMessage and, where the backend does not apply the
 * startup parameters by itself, to the batch of {@link StartupSettings}. Reads them whole, since
 * the client gets a start of the front's own making, with the backend's parameters in it.
 */
final class SessionStart {
    private static final int HEADER_BYTES = 5;

    /** More than any server's parameters take. */
    static final int MAX_ANSWER_BYTES = 256 * 1_024;

    /** What is next. */
    sealed interface Step {
        /** Send these settings as the next batch. */
        record Apply(List<Setting> settings) implements Step {}

        /** The session begins, with these ParameterStatus values. */
        record Begin(SequencedMap<String, String> parameters) implements Step {}

        /** The backend refuses. */
        record Refuse(ErrorResponse error) implements Step {}
    }

    private final ByteBuf answer;
    private final SequencedMap<String, String> parameters = new LinkedHashMap<>();
    private List<Setting> toApply;
    private @Nullable ErrorResponse error;

    /**
     * A start.
     *
     * @param answer an empty buffer to collect in; released by {@link #release}
     * @param toApply settings that the backend does not apply by itself
     */
    SessionStart(ByteBuf answer, List<Setting> toApply) {
        this.answer = answer;
        this.toApply = toApply;
    }

    /** Adds bytes of an answer; false when that is more than any start takes. */
    boolean add(ByteBuf bytes) {
        if (answer.readableBytes() + bytes.readableBytes() > MAX_ANSWER_BYTES) {
            return false;
        }
        answer.writeBytes(bytes);
        return true;
    }

    /** An answer is complete. */
    Step next() {
        readMessages();
        if (error != null) {
            return new Step.Refuse(error);
        }
        if (toApply.isEmpty()) {
            return new Step.Begin(parameters);
        }
        List<Setting> settings = toApply;
        toApply = List.of();
        return new Step.Apply(settings);
    }

    void release() {
        answer.release();
    }

    private void readMessages() {
        while (answer.readableBytes() >= HEADER_BYTES) {
            byte type = answer.readByte();
            int length = answer.readInt() - Integer.BYTES;
            if (length < 0 || length > answer.readableBytes()) {
                throw defect("a message of an impossible length");
            }
            ByteBuf body = answer.readSlice(length);
            switch (type) {
                case 'S' -> parameters.put(text(body), text(body));
                case 'E' -> error = ErrorResponse.parse(body);
                default -> {
                    // AuthenticationOk, BackendKeyData, rows, ReadyForQuery: the front's own
                    // business
                }
            }
        }
        if (answer.isReadable()) {
            throw defect("a piece of a message at its end");
        }
        answer.clear();
    }

    private static WireException defect(String what) {
        return WireException.protocolViolation(
                "the database's start has " + what, "Check the database: this is a defect in it.");
    }

    private static String text(ByteBuf body) {
        String text = CStrings.readLenient(body);
        if (text == null) {
            throw defect("a ParameterStatus without an end");
        }
        return text;
    }
}
