package dev.culvert.wasm;

/** A function, or the module's types, use something that {@link WasmSplitter} cannot take apart. */
final class UnsupportedCodeException extends WasmFormatException {
    private static final long serialVersionUID = 1;

    UnsupportedCodeException(String what) {
        super("not supported: " + what);
    }
}
