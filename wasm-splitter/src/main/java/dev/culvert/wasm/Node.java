package dev.culvert.wasm;

import java.util.ArrayList;
import java.util.List;

/**
 * One instruction of a function's code, as a tree: a block holds its instructions, and a branch
 * holds the block it leads to, so that code can move without counting labels anew.
 *
 * <p>Blocks have no parameters and no results, and nothing is on the operand stack where one
 * begins, ends, or is branched to. {@link BodyReader} sees to that.
 */
sealed interface Node {

    /** An instruction without control flow. */
    record Plain(int opcode, byte[] encoded, int pops, int pushes) implements Node {}

    /** {@code local.get}, {@code local.set} or {@code local.tee}. */
    record Local(Access access, int index) implements Node {}

    /** What is done to a local. */
    enum Access {
        GET(0x20),
        SET(0x21),
        TEE(0x22);

        final int opcode;

        Access(int opcode) {
            this.opcode = opcode;
        }
    }

    /** {@code block}, {@code loop} or {@code if}; what branches lead to. An identity. */
    final class Block implements Node {
        final Kind kind;
        final List<Node> body;

        /** The instructions of {@code else}; empty where there is none. */
        final List<Node> otherwise;

        Block(Kind kind) {
            this(kind, new ArrayList<>());
        }

        Block(Kind kind, List<Node> body) {
            this.kind = kind;
            this.body = body;
            this.otherwise = new ArrayList<>();
        }
    }

    /** How a block is entered, and where a branch to it leads. */
    enum Kind {
        /** A branch leads to its end. */
        BLOCK(0x02),
        /** A branch leads to its beginning. */
        LOOP(0x03),
        /** Takes a condition from the operand stack; a branch leads to its end. */
        IF(0x04);

        final int opcode;

        Kind(int opcode) {
            this.opcode = opcode;
        }
    }

    /** {@code br} or, if conditional, {@code br_if}. */
    record Branch(Block target, boolean conditional) implements Node {}

    /** {@code br_table}: the last target is the default. */
    record BranchTable(List<Block> targets) implements Node {
        public BranchTable {
            targets = List.copyOf(targets);
        }
    }

    /** {@code unreachable}. */
    record Unreachable() implements Node {}

    /** How many operands the instruction takes. */
    default int popped() {
        return switch (this) {
            case Plain plain -> plain.pops;
            case Local local -> local.access == Access.GET ? 0 : 1;
            case Block block -> block.kind == Kind.IF ? 1 : 0;
            case Branch branch -> branch.conditional ? 1 : 0;
            case BranchTable _ -> 1;
            case Unreachable _ -> 0;
        };
    }

    /** How many values the instruction leaves. */
    default int pushed() {
        return switch (this) {
            case Plain plain -> plain.pushes;
            case Local local -> local.access == Access.SET ? 0 : 1;
            case Block _, Branch _, BranchTable _, Unreachable _ -> 0;
        };
    }

    /** Whether what follows in the same block is never reached from here. */
    default boolean endsFlow() {
        return switch (this) {
            case Branch branch -> !branch.conditional;
            case BranchTable _, Unreachable _ -> true;
            case Plain _, Local _, Block _ -> false;
        };
    }

    /** The blocks that the instruction itself may branch to. */
    default List<Block> targets() {
        return switch (this) {
            case Branch branch -> List.of(branch.target);
            case BranchTable table -> table.targets;
            case Plain _, Local _, Block _, Unreachable _ -> List.of();
        };
    }

    static Plain call(int function, int pops, int pushes) {
        return new Plain(0x10, new ByteWriter().u8(0x10).u32(function).toByteArray(), pops, pushes);
    }

    static Plain i32Const(int value) {
        return new Plain(0x41, new ByteWriter().u8(0x41).s64(value).toByteArray(), 0, 1);
    }

    static Plain i64Const(long value) {
        return new Plain(0x42, new ByteWriter().u8(0x42).s64(value).toByteArray(), 0, 1);
    }

    static Plain globalGet(int global) {
        return new Plain(0x23, new ByteWriter().u8(0x23).u32(global).toByteArray(), 0, 1);
    }

    static Plain globalSet(int global) {
        return new Plain(0x24, new ByteWriter().u8(0x24).u32(global).toByteArray(), 1, 0);
    }

    /** An instruction of one byte, such as an addition. */
    static Plain simple(int opcode, int pops, int pushes) {
        return new Plain(opcode, new byte[] {(byte) opcode}, pops, pushes);
    }

    static Local get(int local) {
        return new Local(Access.GET, local);
    }

    static Local set(int local) {
        return new Local(Access.SET, local);
    }

    /** The target of a branch that stands alone. */
    static Branch branch(Block target) {
        return new Branch(target, false);
    }
}
