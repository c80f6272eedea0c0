package dev.culvert.wasm;

/** The bytes are no module, or one whose sections {@link WasmSplitter} does not know. */
public sealed class WasmFormatException extends RuntimeException permits UnsupportedCodeException {
    private static final long serialVersionUID = 1;

    WasmFormatException(String message, int position) {
        super(message + " (at byte " + position + ")");
    }

    WasmFormatException(String message) {
        super(message);
    }
}
