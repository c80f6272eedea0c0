package dev.culvert.wasm;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Writes a {@link FunctionCode} in the binary format. */
final class BodyWriter {
    private static final int EMPTY_BLOCK = 0x40;

    private final ByteWriter out = new ByteWriter();
    private final Deque<Node.Block> blocks = new ArrayDeque<>();

    private BodyWriter() {}

    /** The function's body: its locals that are no parameters, and its code. */
    static byte[] write(FunctionCode code) {
        var writer = new BodyWriter();
        writer.locals(code.locals.subList(code.type.params().size(), code.locals.size()));
        writer.nodes(code.body);
        writer.out.u8(0x0b);
        return writer.out.toByteArray();
    }

    private void locals(List<ValueType> types) {
        int groups = 0;
        var entries = new ByteWriter();
        for (int i = 0; i < types.size(); ) {
            int end = i;
            while (end < types.size() && types.get(end) == types.get(i)) {
                end++;
            }
            entries.u32(end - i).u8(types.get(i).code);
            groups++;
            i = end;
        }
        out.u32(groups).bytes(entries.toByteArray());
    }

    private void nodes(List<Node> nodes) {
        for (Node node : nodes) {
            switch (node) {
                case Node.Plain plain -> out.bytes(plain.encoded());
                case Node.Local local -> out.u8(local.access().opcode).u32(local.index());
                case Node.Unreachable _ -> out.u8(0x00);
                case Node.Branch branch ->
                        out.u8(branch.conditional() ? 0x0d : 0x0c).u32(depth(branch.target()));
                case Node.BranchTable table -> {
                    out.u8(0x0e).u32(table.targets().size() - 1);
                    table.targets().forEach(target -> out.u32(depth(target)));
                }
                case Node.Block block -> block(block);
            }
        }
    }

    private void block(Node.Block block) {
        out.u8(block.kind.opcode).u8(EMPTY_BLOCK);
        blocks.push(block);
        nodes(block.body);
        if (!block.otherwise.isEmpty()) {
            out.u8(0x05);
            nodes(block.otherwise);
        }
        blocks.pop();
        out.u8(0x0b);
    }

    private int depth(Node.Block target) {
        int depth = 0;
        for (Node.Block block : blocks) {
            if (block == target) {
                return depth;
            }
            depth++;
        }
        throw new IllegalStateException("a branch to a block that is not around it");
    }
}
