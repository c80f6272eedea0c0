package dev.culvert.wire.scram;

import dev.culvert.wire.error.WireException;
import java.nio.charset.StandardCharsets;

/**
 * Walks over the attributes of a SCRAM message. Every byte is one character, so that text and bytes
 * are the same length and nothing is lost in the hashes.
 */
final class ScramText {
    static final String HINT =
            "Check the client: its SCRAM implementation has a defect, or does not fit.";

    /** PG_MAX_SASL_MESSAGE_LENGTH in Postgres' auth-sasl.h, in bytes. */
    private static final int MAX_LENGTH = 1024;

    private final String text;
    private int at;

    ScramText(byte[] message) {
        if (message.length == 0) {
            throw malformed("the message is empty");
        }
        if (message.length > MAX_LENGTH) {
            throw malformed("the message has more than " + MAX_LENGTH + " bytes");
        }
        text = new String(message, StandardCharsets.ISO_8859_1);
        if (text.indexOf('\0') >= 0) {
            throw malformed("the message contains a NUL");
        }
    }

    static WireException malformed(String how) {
        return WireException.protocolViolation("malformed SCRAM message: " + how, HINT);
    }

    int position() {
        return at;
    }

    boolean isAtEnd() {
        return at == text.length();
    }

    /** The next character, or NUL at the end. */
    char peek() {
        return isAtEnd() ? '\0' : text.charAt(at);
    }

    /** Passes over {@code expected}. */
    void expect(char expected) {
        if (peek() != expected) {
            throw malformed("expected \"" + expected + "\" at position " + at);
        }
        at++;
    }

    /**
     * Reads {@code name=value} and the comma behind it, if there is one.
     *
     * @return the value
     */
    String attribute(char name) {
        expect(name);
        expect('=');
        return value();
    }

    /** Passes over an attribute of any name that is a letter. */
    void skipAttribute() {
        char name = peek();
        if (!((name >= 'a' && name <= 'z') || (name >= 'A' && name <= 'Z'))) {
            throw malformed("expected an attribute at position " + at);
        }
        attribute(name);
    }

    private String value() {
        int comma = text.indexOf(',', at);
        int end = comma < 0 ? text.length() : comma;
        String value = text.substring(at, end);
        at = comma < 0 ? end : end + 1;
        return value;
    }

    String from(int start) {
        return text.substring(start);
    }

    String upTo(int end) {
        return text.substring(0, end);
    }
}
