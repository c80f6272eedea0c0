package dev.culvert.wasm;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes code at home in another function: gives it that function's locals, and blocks of that
 * function in place of those it branches out to.
 */
final class CodeMover {
    private final FunctionCode from;
    private final FunctionCode to;
    private final Map<Integer, Integer> locals = new HashMap<>();
    private final Map<Node.Block, Node.Block> targets = new HashMap<>();

    /**
     * Moves code between two functions.
     *
     * @param params locals of {@code from} that are the parameters of {@code to}
     */
    CodeMover(FunctionCode from, FunctionCode to, List<Integer> params) {
        this.from = from;
        this.to = to;
        for (int i = 0; i < params.size(); i++) {
            locals.put(params.get(i), i);
        }
    }

    /** Branches to {@code target} become branches to the block that is returned. */
    Node.Block redirect(Node.Block target) {
        return targets.computeIfAbsent(target, _ -> new Node.Block(Node.Kind.BLOCK));
    }

    /** The local that stands for one of the function that code comes from. */
    int local(int original) {
        return locals.computeIfAbsent(original, index -> to.newLocal(from.locals.get(index)));
    }

    /** Changes instructions in place, and those in blocks among them. */
    void move(List<Node> nodes) {
        nodes.replaceAll(this::moved);
    }

    private Node moved(Node node) {
        return switch (node) {
            case Node.Local local -> new Node.Local(local.access(), local(local.index()));
            case Node.Branch branch ->
                    new Node.Branch(target(branch.target()), branch.conditional());
            case Node.BranchTable table ->
                    new Node.BranchTable(table.targets().stream().map(this::target).toList());
            case Node.Block block -> {
                move(block.body);
                move(block.otherwise);
                yield block;
            }
            case Node.Plain _, Node.Unreachable _ -> node;
        };
    }

    private Node.Block target(Node.Block target) {
        return targets.getOrDefault(target, target);
    }
}
