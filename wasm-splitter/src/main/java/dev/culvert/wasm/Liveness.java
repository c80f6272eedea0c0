package dev.culvert.wasm;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which locals hold a value that may still be read, before every instruction of a function and
 * where every block's branches lead. Computed backwards, loops until nothing changes.
 */
final class Liveness {
    private final IdentityHashMap<List<Node>, List<BitSet>> before = new IdentityHashMap<>();
    private final Map<Node.Block, BitSet> atTarget = new HashMap<>();

    private Liveness() {}

    static Liveness of(FunctionCode code) {
        var liveness = new Liveness();
        liveness.sequence(code.body, new BitSet());
        return liveness;
    }

    /** The locals that are live before an instruction of a list, or at the end of the list. */
    BitSet before(List<Node> list, int index) {
        List<BitSet> sets = before.get(list);
        if (sets == null) {
            throw new IllegalStateException("not part of the function");
        }
        return sets.get(index);
    }

    /** The locals that are live where a branch to the block leads. */
    BitSet atTarget(Node.Block block) {
        BitSet live = atTarget.get(block);
        if (live == null) {
            throw new IllegalStateException("not part of the function");
        }
        return live;
    }

    private BitSet sequence(List<Node> nodes, BitSet after) {
        List<BitSet> sets = new ArrayList<>(nodes.size() + 1);
        BitSet live = after;
        sets.add(live);
        for (Node node : nodes.reversed()) {
            live = node(node, live);
            sets.add(live);
        }
        before.put(nodes, sets.reversed());
        return live;
    }

    /**
     * Live sets are never changed once made, so that instructions that change nothing share them.
     */
    private BitSet node(Node node, BitSet after) {
        return switch (node) {
            case Node.Plain _ -> after;
            case Node.Unreachable _ -> new BitSet();
            case Node.Local local -> {
                boolean reads = local.access() == Node.Access.GET;
                if (after.get(local.index()) == reads) {
                    yield after;
                }
                var live = (BitSet) after.clone();
                live.set(local.index(), reads);
                yield live;
            }
            case Node.Branch branch -> {
                BitSet target = atTarget(branch.target());
                yield branch.conditional() ? union(target, after) : target;
            }
            case Node.BranchTable table -> {
                var live = new BitSet();
                table.targets().forEach(target -> live.or(atTarget(target)));
                yield live;
            }
            case Node.Block block -> block(block, after);
        };
    }

    private BitSet block(Node.Block block, BitSet after) {
        if (block.kind != Node.Kind.LOOP) {
            atTarget.put(block, after);
            BitSet body = sequence(block.body, after);
            return block.kind == Node.Kind.IF
                    ? union(body, sequence(block.otherwise, after))
                    : body;
        }
        // what an earlier round around an outer loop found still holds
        BitSet start = atTarget.getOrDefault(block, new BitSet());
        while (true) {
            atTarget.put(block, start);
            BitSet found = union(sequence(block.body, after), start);
            if (found.equals(start)) {
                return start;
            }
            start = found;
        }
    }

    private static BitSet union(BitSet a, BitSet b) {
        var union = (BitSet) a.clone();
        union.or(b);
        return union;
    }
}
