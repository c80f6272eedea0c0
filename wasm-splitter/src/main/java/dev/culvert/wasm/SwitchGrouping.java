package dev.culvert.wasm;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts the cases of a function's largest {@code switch} into groups, each of which is entered at
 * one place, so that it can become a function.
 *
 * <p>A compiler writes a {@code switch} as a nest of blocks with the {@code br_table} innermost;
 * the code of a case follows the end of its block:
 *
 * <pre>
 *   block $a  block $b  block $c  …br_table…  end  (c)  end  (b)  end  (a)
 * </pre>
 *
 * <p>Cases too small to be worth a call of their own, but too many for one function, are taken
 * together: {@code x} says which case of a group is meant, and the group finds it by itself.
 *
 * <pre>
 *   block $a  block $G  …x = case of selector; br_table on its group…  end
 *     block $b  block $c  br_table x $c $b  end  (c)  end  (b)  end  (a)
 * </pre>
 *
 * <p>The way from the selector to the case is cut into ranges, for a large table is too large for a
 * function, too.
 */
final class SwitchGrouping {
    /** Fewer targets are no switch that its cases alone make large. */
    private static final int FEWEST_TARGETS = 32;

    /** Entries of the selector's table that one piece of code looks at. */
    private static final int RANGE_BITS = 8;

    private static final int CASE_BITS = 16;
    private static final int CASE_MASK = (1 << CASE_BITS) - 1;
    private static final Node.Plain AND = Node.simple(0x71, 2, 1);
    private static final Node.Plain SUBTRACT = Node.simple(0x6b, 2, 1);
    private static final Node.Plain SHIFT_RIGHT = Node.simple(0x76, 2, 1);

    /** Where a case is found: {@code group << 16 | number}. */
    private record Entry(Node.Block group, int code) {}

    private final FunctionCode code;
    private final int groupSize;
    private final int caseLocal;
    private final Node.BranchTable table;

    /** From the outermost block of the nest to the one that holds the table. */
    private final List<Node.Block> nest;

    private final Map<Node.Block, Entry> entries = new HashMap<>();
    private final List<Node.Block> groups = new ArrayList<>();

    private SwitchGrouping(
            FunctionCode code, int groupSize, Node.BranchTable table, List<Node.Block> nest) {
        this.code = code;
        this.groupSize = groupSize;
        this.table = table;
        this.nest = nest;
        this.caseLocal = code.newLocal(ValueType.I32);
    }

    /**
     * Groups the cases of the largest switch.
     *
     * @param groupSize bytes of bytecode, estimated, that a group should not exceed
     * @return whether there was one
     */
    static boolean apply(FunctionCode code, int groupSize) {
        var search = new LargestTable();
        search.visit(code.body, new ArrayList<>());
        Node.BranchTable table = search.found;
        if (table == null || table.targets().size() < FEWEST_TARGETS) {
            return false;
        }
        List<Node.Block> nest = search.nest;
        int first = nest.size();
        while (first > 0 && nest.get(first - 1).kind == Node.Kind.BLOCK) {
            first--;
        }
        nest = nest.subList(first, nest.size());
        if (nest.size() < FEWEST_TARGETS) {
            return false;
        }
        var grouping = new SwitchGrouping(code, groupSize, table, nest);
        grouping.group();
        grouping.rewrite(code.body, new HashSet<>());
        return true;
    }

    /** Finds the table with the most targets, and the blocks around it. */
    private static final class LargestTable {
        Node.@Nullable BranchTable found;
        List<Node.Block> nest = List.of();

        void visit(List<Node> nodes, List<Node.Block> around) {
            for (Node node : nodes) {
                if (node instanceof Node.BranchTable table
                        && (found == null || found.targets().size() < table.targets().size())) {
                    found = table;
                    nest = List.copyOf(around);
                } else if (node instanceof Node.Block block) {
                    around.add(block);
                    visit(block.body, around);
                    visit(block.otherwise, around);
                    around.removeLast();
                }
            }
        }
    }

    private void group() {
        Map<Node.Block, Summary> blocks = Summary.ofBlocks(code);
        // what comes before the code of the case at hand
        List<Node> before = new ArrayList<>(nest.getLast().body);
        int inner = nest.size() - 1;
        while (inner > 0) {
            int outer = inner;
            int size = sizeAfter(inner, blocks);
            while (outer > 1 && size + sizeAfter(outer - 1, blocks) <= groupSize) {
                outer--;
                size += sizeAfter(outer, blocks);
            }
            before = group(before, inner, outer);
            inner = outer - 1;
        }
        Node.Block outermost = nest.getFirst();
        outermost.body.clear();
        outermost.body.addAll(before);
    }

    /** The size of the code that follows a block of the nest. */
    private int sizeAfter(int index, Map<Node.Block, Summary> blocks) {
        var summary = new Summary();
        after(index).forEach(node -> summary.add(node, blocks));
        return summary.size + 8;
    }

    private List<Node> after(int index) {
        List<Node> list = nest.get(index - 1).body;
        return list.subList(position(index) + 1, list.size());
    }

    private int position(int index) {
        List<Node> list = nest.get(index - 1).body;
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i) == nest.get(index)) {
                return i;
            }
        }
        throw new IllegalStateException("not a nest");
    }

    /**
     * Makes one group of the cases behind the blocks from {@code inner} out to {@code outer}.
     *
     * @param before what stands in the innermost block
     * @return what then stands in the block around the outermost one
     */
    private List<Node> group(List<Node> before, int inner, int outer) {
        var group = new Node.Block(Node.Kind.BLOCK);
        int number = groups.size();
        groups.add(group);
        List<Node> result = new ArrayList<>(nest.get(outer - 1).body.subList(0, position(outer)));
        for (int i = outer + 1; i <= inner; i++) {
            group.body.addAll(nest.get(i - 1).body.subList(0, position(i)));
        }
        group.body.addAll(before);
        if (before.isEmpty() || !before.getLast().endsFlow()) {
            choose(group.body, number << CASE_BITS);
        }
        List<Node.Block> cases = new ArrayList<>();
        for (int i = inner; i >= outer; i--) {
            entries.put(nest.get(i), new Entry(group, (number << CASE_BITS) | (inner - i)));
            cases.add(nest.get(i));
        }
        result.add(group);
        result.add(nest.get(outer));
        result.addAll(after(outer));
        for (int i = outer + 1; i <= inner; i++) {
            Node.Block around = nest.get(i - 1);
            List<Node> rest = new ArrayList<>(after(i));
            around.body.clear();
            around.body.add(nest.get(i));
            around.body.addAll(rest);
        }
        List<Node> innermost = nest.get(inner).body;
        innermost.clear();
        innermost.add(Node.get(caseLocal));
        innermost.add(Node.i32Const(CASE_MASK));
        innermost.add(AND);
        innermost.add(new Node.BranchTable(cases));
        return result;
    }

    private void choose(List<Node> nodes, int caseCode) {
        nodes.add(Node.i32Const(caseCode));
        nodes.add(Node.set(caseLocal));
    }

    /** Sends branches to cases, other than those within a group, to the case's group. */
    private void rewrite(List<Node> nodes, Set<Node.Block> around) {
        List<Node> rewritten = new ArrayList<>(nodes.size());
        for (Node node : nodes) {
            switch (node) {
                case Node.Block block -> {
                    around.add(block);
                    rewrite(block.body, around);
                    rewrite(block.otherwise, around);
                    around.remove(block);
                    rewritten.add(block);
                }
                case Node.Branch branch -> branch(branch, around, rewritten);
                case Node.BranchTable other -> {
                    if (other.equals(table)) {
                        select(rewritten);
                    } else {
                        branchTable(other, around, rewritten);
                    }
                }
                case Node.Plain _, Node.Local _, Node.Unreachable _ -> rewritten.add(node);
            }
        }
        nodes.clear();
        nodes.addAll(rewritten);
    }

    private @Nullable Entry entry(Node.Block target, Set<Node.Block> around) {
        return around.contains(target) ? null : entries.get(target);
    }

    private void branch(Node.Branch branch, Set<Node.Block> around, List<Node> rewritten) {
        Entry entry = entry(branch.target(), around);
        if (entry == null) {
            rewritten.add(branch);
            return;
        }
        List<Node> taken = rewritten;
        if (branch.conditional()) {
            var block = new Node.Block(Node.Kind.IF);
            rewritten.add(block);
            taken = block.body;
        }
        choose(taken, entry.code);
        taken.add(Node.branch(entry.group));
    }

    /**
     * A table other than the switch's own: what leads to a case goes through a block that says
     * which.
     */
    private void branchTable(Node.BranchTable other, Set<Node.Block> around, List<Node> rewritten) {
        if (other.targets().stream().allMatch(target -> entry(target, around) == null)) {
            rewritten.add(other);
            return;
        }
        int selector = code.newLocal(ValueType.I32);
        rewritten.add(Node.set(selector));
        Map<Node.Block, Node.Block> stubs = new LinkedHashMap<>();
        List<Node.Block> targets = new ArrayList<>();
        for (Node.Block target : other.targets()) {
            targets.add(
                    entry(target, around) == null
                            ? target
                            : stubs.computeIfAbsent(target, _ -> new Node.Block(Node.Kind.BLOCK)));
        }
        List<Node> inner = new ArrayList<>();
        inner.add(Node.get(selector));
        inner.add(new Node.BranchTable(targets));
        for (var stub : stubs.entrySet()) {
            stub.getValue().body.addAll(inner);
            inner = new ArrayList<>(List.of(stub.getValue()));
            Entry entry = entries.get(stub.getKey());
            if (entry == null) {
                throw new IllegalStateException("not a case");
            }
            choose(inner, entry.code);
            inner.add(Node.branch(entry.group));
        }
        rewritten.addAll(inner);
    }

    /** In place of the switch's table: finds out the case, then branches to its group. */
    private void select(List<Node> rewritten) {
        int selector = code.newLocal(ValueType.I32);
        rewritten.add(Node.set(selector));
        List<Node.Block> direct = new ArrayList<>(groups);
        Map<Node.Block, Integer> codes = new HashMap<>();
        List<Integer> cases = new ArrayList<>();
        for (Node.Block target : table.targets()) {
            Entry entry = entries.get(target);
            if (entry != null) {
                cases.add(entry.code);
            } else {
                cases.add(
                        codes.computeIfAbsent(
                                target,
                                _ -> {
                                    direct.add(target);
                                    return (direct.size() - 1) << CASE_BITS;
                                }));
            }
        }
        int otherwise = cases.removeLast();
        var done = new Node.Block(Node.Kind.BLOCK);
        int ranges = 1 + ((cases.size() - 1) >> RANGE_BITS);
        List<Node> inner = new ArrayList<>();
        inner.add(Node.get(selector));
        inner.add(Node.i32Const(RANGE_BITS));
        inner.add(SHIFT_RIGHT);
        List<Node.Block> starts = new ArrayList<>();
        for (int i = 0; i <= ranges; i++) {
            starts.add(new Node.Block(Node.Kind.BLOCK));
        }
        inner.add(new Node.BranchTable(starts));
        for (int i = 0; i < ranges; i++) {
            int from = i << RANGE_BITS;
            int to = Math.min(cases.size(), from + (1 << RANGE_BITS));
            starts.get(i).body.addAll(inner);
            inner = new ArrayList<>(List.of(starts.get(i)));
            inner.add(range(selector, from, cases.subList(from, to), otherwise));
            inner.add(Node.branch(done));
        }
        starts.getLast().body.addAll(inner);
        done.body.add(starts.getLast());
        choose(done.body, otherwise);
        rewritten.add(done);
        rewritten.add(Node.get(caseLocal));
        rewritten.add(Node.i32Const(CASE_BITS));
        rewritten.add(SHIFT_RIGHT);
        rewritten.add(new Node.BranchTable(direct));
    }

    /** Finds out the case for a selector from {@code from} on, for as many as there are cases. */
    private Node.Block range(int selector, int from, List<Integer> cases, int otherwise) {
        Map<Integer, Node.Block> blocks = new LinkedHashMap<>();
        List<Node.Block> targets = new ArrayList<>();
        for (int caseCode : cases) {
            targets.add(blocks.computeIfAbsent(caseCode, _ -> new Node.Block(Node.Kind.BLOCK)));
        }
        targets.add(blocks.computeIfAbsent(otherwise, _ -> new Node.Block(Node.Kind.BLOCK)));
        var done = new Node.Block(Node.Kind.BLOCK);
        List<Node> inner = new ArrayList<>();
        inner.add(Node.get(selector));
        inner.add(Node.i32Const(from));
        inner.add(SUBTRACT);
        inner.add(new Node.BranchTable(targets));
        for (var block : blocks.entrySet()) {
            block.getValue().body.addAll(inner);
            inner = new ArrayList<>(List.of(block.getValue()));
            choose(inner, block.getKey());
            inner.add(Node.branch(done));
        }
        done.body.addAll(inner);
        return done;
    }
}
