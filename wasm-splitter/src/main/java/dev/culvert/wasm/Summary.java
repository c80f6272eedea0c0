package dev.culvert.wasm;

import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the planner wants to know of a piece of code: its size, the locals it mentions and changes,
 * and the blocks outside of it that it branches to.
 */
final class Summary {
    /** Bytes of bytecode, estimated. */
    int size;

    final BitSet mentioned = new BitSet();
    final BitSet changed = new BitSet();

    /** In the order in which they occur. */
    final Set<Node.Block> exits = new LinkedHashSet<>();

    /** Adds an instruction that comes after what is summed up already. */
    void add(Node node, Map<Node.Block, Summary> blocks) {
        size += BytecodeSize.of(node);
        switch (node) {
            case Node.Local local -> {
                mentioned.set(local.index());
                if (local.access() != Node.Access.GET) {
                    changed.set(local.index());
                }
            }
            case Node.Block block -> {
                Summary inner = blocks.get(block);
                if (inner == null) {
                    throw new IllegalStateException("not part of the function");
                }
                size += inner.size;
                mentioned.or(inner.mentioned);
                changed.or(inner.changed);
                exits.addAll(inner.exits);
            }
            default -> exits.addAll(node.targets());
        }
    }

    /** A summary of what is in each of a function's blocks. */
    static Map<Node.Block, Summary> ofBlocks(FunctionCode code) {
        Map<Node.Block, Summary> blocks = new HashMap<>();
        of(code.body, blocks);
        return blocks;
    }

    private static Summary of(List<Node> nodes, Map<Node.Block, Summary> blocks) {
        var summary = new Summary();
        for (Node node : nodes) {
            if (node instanceof Node.Block block) {
                Summary inner = of(block.body, blocks);
                Summary otherwise = of(block.otherwise, blocks);
                inner.size += otherwise.size;
                inner.mentioned.or(otherwise.mentioned);
                inner.changed.or(otherwise.changed);
                inner.exits.addAll(otherwise.exits);
                inner.exits.remove(block);
                blocks.put(block, inner);
            }
            summary.add(node, blocks);
        }
        return summary;
    }

    /** The size of a function's code, estimated. */
    static int sizeOf(FunctionCode code) {
        return BytecodeSize.ofLocals(code) + of(code.body, new HashMap<>()).size;
    }
}
