package dev.culvert.wasm;

/** The types of values that large functions may use: the four numbers. */
enum ValueType {
    I32(0x7f),
    I64(0x7e),
    F32(0x7d),
    F64(0x7c);

    /** How the binary format spells it. */
    final int code;

    ValueType(int code) {
        this.code = code;
    }

    static ValueType of(int code) {
        for (ValueType type : values()) {
            if (type.code == code) {
                return type;
            }
        }
        throw new UnsupportedCodeException("value type 0x" + Integer.toHexString(code));
    }
}
