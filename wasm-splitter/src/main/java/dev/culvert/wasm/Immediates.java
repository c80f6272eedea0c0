package dev.culvert.wasm;

/** What follows an instruction's opcode in the binary format. */
final class Immediates {
    private Immediates() {}

    /**
     * Skips the immediates of an instruction without control flow.
     *
     * @param opcode its first byte, which is read already
     */
    static void skip(ByteReader in, int opcode) {
        switch (opcode) {
            case 0x10, 0x20, 0x21, 0x22, 0x23, 0x24, 0x3f, 0x40 -> in.u32();
            case 0x11 -> {
                in.u32();
                in.u32();
            }
            case 0x41, 0x42 -> in.s64();
            case 0x43 -> in.skip(4);
            case 0x44 -> in.skip(8);
            case Signatures.PREFIX -> {
                switch (in.u32()) {
                    case 0, 1, 2, 3, 4, 5, 6, 7 -> {}
                    case 9, 11 -> in.u32();
                    case 8, 10 -> {
                        in.u32();
                        in.u32();
                    }
                    default -> throw new UnsupportedCodeException("instruction 0xfc");
                }
            }
            default -> {
                if (opcode >= 0x28 && opcode <= 0x3e) {
                    in.s64(); // alignment
                    in.s64(); // an offset of up to 2^32
                } else if (opcode > 0xc4 || (opcode >= 0x02 && opcode <= 0x0f) || opcode == 0x1c) {
                    throw new UnsupportedCodeException(
                            "instruction 0x" + Integer.toHexString(opcode));
                }
            }
        }
    }
}
