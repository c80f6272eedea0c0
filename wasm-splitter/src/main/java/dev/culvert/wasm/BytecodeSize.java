package dev.culvert.wasm;

/**
 * Estimates how many bytes of JVM bytecode Endive's compiler makes of an instruction.
 *
 * <p>The numbers follow from Endive 1.0: a call or an access to memory passes the instance and the
 * memory along, and comparisons and some arithmetic are static methods.
 */
final class BytecodeSize {
    /** A static call: the instruction, without what it passes. */
    private static final int INVOKE = 3;

    /** Loading a reference or a number from a slot above 3. */
    private static final int LOAD = 2;

    private BytecodeSize() {}

    /** What a function has besides its instructions: its locals begin as zero. */
    static int ofLocals(FunctionCode code) {
        int wide = code.locals.size() > 240 ? 7 : 5;
        return (code.locals.size() - code.type.params().size()) * wide + 4;
    }

    /** The estimate for one instruction; for a block, without what is in it. */
    static int of(Node node) {
        return switch (node) {
            case Node.Plain plain -> plain(plain);
            case Node.Local local ->
                    (local.index() < 240 ? LOAD : 4) + (local.access() == Node.Access.TEE ? 1 : 0);
            // a jump back asks first whether the thread is interrupted
            case Node.Branch branch -> branch.target().kind == Node.Kind.LOOP ? 3 + INVOKE + 3 : 3;
            case Node.BranchTable table -> 16 + 4 * table.targets().size();
            case Node.Unreachable _ -> INVOKE + 1;
            case Node.Block block -> block.kind == Node.Kind.IF ? 6 : 0;
        };
    }

    private static int plain(Node.Plain plain) {
        int opcode = plain.opcode();
        return switch (opcode) {
            case 0x01 -> 0;
            case 0x10 -> INVOKE + LOAD + LOAD + INVOKE; // asks for interruption
            case 0x11 -> 2 + 1 + LOAD + LOAD + INVOKE;
            case 0x1a -> 1;
            case 0x1b -> 6;
            case 0x23, 0x24 -> 2 + LOAD + INVOKE + 1;
            case 0x41, 0x42, 0x43, 0x44 -> 3;
            default -> {
                if (opcode >= 0x28 && opcode <= 0x3e) {
                    yield 3 + LOAD + INVOKE;
                }
                yield isOneInstruction(opcode) ? 1 : INVOKE + LOAD;
            }
        };
    }

    private static boolean isOneInstruction(int opcode) {
        boolean integers = (opcode >= 0x6a && opcode <= 0x6c) || (opcode >= 0x71 && opcode <= 0x76);
        boolean longs = (opcode >= 0x7c && opcode <= 0x7e) || (opcode >= 0x83 && opcode <= 0x88);
        boolean floats = (opcode >= 0x92 && opcode <= 0x95) || (opcode >= 0xa0 && opcode <= 0xa3);
        return integers || longs || floats;
    }
}
