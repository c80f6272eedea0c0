package dev.culvert.wasm;

import java.util.ArrayList;
import java.util.List;

/**
 * Replaces a {@link Region} of a function by a call of a new function.
 *
 * <p>The piece gets the region's parameters, and gives back which way it was left and the locals
 * that it changed. What it returns, at most 64 bits, travels in a register: the way, the first
 * changed local, or both ({@code way << 32 | local}). The other changed locals travel through
 * mutable globals that belong to nobody else: the piece writes them immediately before it returns,
 * and the caller reads them immediately after, so that no other call comes in between.
 *
 * <p>A host function that throws through the piece, as Emscripten's {@code longjmp} does, finds
 * nothing to undo: a piece keeps no state but its locals.
 */
final class Outliner {
    private static final int I32_OR_ELSE_64 = 32;
    private static final Node.Plain WRAP = Node.simple(0xa7, 1, 1);
    private static final Node.Plain EXTEND_UNSIGNED = Node.simple(0xad, 1, 1);
    private static final Node.Plain SHIFT_LEFT = Node.simple(0x86, 2, 1);
    private static final Node.Plain SHIFT_RIGHT = Node.simple(0x88, 2, 1);
    private static final Node.Plain OR = Node.simple(0x84, 2, 1);

    /** A function that was added to the module; its body is not written yet. */
    record Piece(int function, FunctionCode code) {}

    /** How a piece says which way it was left and what it changed. */
    private record Returns(boolean way, int direct, List<Integer> scratch, List<ValueType> type) {
        static Returns of(Region region, List<ValueType> locals) {
            boolean way = region.ways() > 1;
            var scratch = new ArrayList<>(region.outs());
            int direct = -1;
            for (int local : region.outs()) {
                if (!way || locals.get(local) == ValueType.I32) {
                    direct = local;
                    scratch.remove(Integer.valueOf(local));
                    break;
                }
            }
            List<ValueType> type;
            if (way) {
                type = List.of(direct < 0 ? ValueType.I32 : ValueType.I64);
            } else {
                type = direct < 0 ? List.of() : List.of(locals.get(direct));
            }
            return new Returns(way, direct, scratch, type);
        }

        boolean packed() {
            return way && direct >= 0;
        }
    }

    private final WasmModule module;
    private final ScratchGlobals globals;

    Outliner(WasmModule module) {
        this.module = module;
        this.globals = new ScratchGlobals(module);
    }

    /** Moves a region of {@code caller} into a new function. Changes the region's list. */
    Piece outline(FunctionCode caller, Region region) {
        Returns returns = Returns.of(region, caller.locals);
        List<Node> moved = region.list().subList(region.start(), region.end());
        Piece piece = piece(caller, region, returns, new ArrayList<>(moved));
        moved.clear();
        moved.addAll(call(caller, region, returns, piece));
        return piece;
    }

    private Piece piece(FunctionCode caller, Region region, Returns returns, List<Node> moved) {
        List<ValueType> params = region.params().stream().map(caller.locals::get).toList();
        var type = new FunctionType(params, returns.type);
        var code = new FunctionCode(type);
        var mover = new CodeMover(caller, code, region.params());
        region.exits().forEach(mover::redirect);
        mover.move(moved);
        int way = returns.way ? code.newLocal(ValueType.I32) : -1;

        // every way out has a block around the code, which ends where the way's number is noted
        var done = new Node.Block(Node.Kind.BLOCK);
        List<Node> inner = moved;
        int number = 0;
        if (region.fallsThrough()) {
            if (!region.exits().isEmpty()) {
                inner.add(Node.branch(done));
            }
            number++;
        }
        for (Node.Block exit : region.exits()) {
            Node.Block block = mover.redirect(exit);
            block.body.addAll(inner);
            inner = new ArrayList<>(List.of(block));
            if (returns.way && number > 0) {
                inner.add(Node.i32Const(number));
                inner.add(Node.set(way));
            }
            number++;
            if (number < region.ways()) {
                inner.add(Node.branch(done));
            }
        }
        done.body.addAll(inner);
        code.body.add(done);
        if (returns.packed()) {
            code.body.add(Node.get(way));
            code.body.add(EXTEND_UNSIGNED);
            code.body.add(Node.i64Const(I32_OR_ELSE_64));
            code.body.add(SHIFT_LEFT);
            code.body.add(Node.get(mover.local(returns.direct)));
            code.body.add(EXTEND_UNSIGNED);
            code.body.add(OR);
        } else if (returns.way) {
            code.body.add(Node.get(way));
        } else if (returns.direct >= 0) {
            code.body.add(Node.get(mover.local(returns.direct)));
        }
        // with the result on the operand stack, this is no statement, and stays the last thing done
        for (int i = 0; i < returns.scratch.size(); i++) {
            int local = returns.scratch.get(i);
            code.body.add(Node.get(mover.local(local)));
            code.body.add(Node.globalSet(global(caller, returns, i)));
        }
        return new Piece(module.addFunction(type), code);
    }

    /** The global that carries the i-th of the changed locals that are not returned. */
    private int global(FunctionCode caller, Returns returns, int i) {
        ValueType type = caller.locals.get(returns.scratch.get(i));
        int sameBefore = 0;
        for (int local : returns.scratch.subList(0, i)) {
            if (caller.locals.get(local) == type) {
                sameBefore++;
            }
        }
        return globals.get(type, sameBefore);
    }

    private List<Node> call(FunctionCode caller, Region region, Returns returns, Piece piece) {
        List<Node> nodes = new ArrayList<>();
        region.params().forEach(local -> nodes.add(Node.get(local)));
        FunctionType type = piece.code.type;
        nodes.add(Node.call(piece.function, type.params().size(), type.results().size()));
        // here, too, the result on the operand stack keeps this together
        for (int i = 0; i < returns.scratch.size(); i++) {
            nodes.add(Node.globalGet(global(caller, returns, i)));
            nodes.add(Node.set(returns.scratch.get(i)));
        }
        int packed = -1;
        if (returns.packed()) {
            packed = caller.newLocal(ValueType.I64);
            nodes.add(new Node.Local(Node.Access.TEE, packed));
            nodes.add(WRAP);
        }
        if (returns.direct >= 0) {
            nodes.add(Node.set(returns.direct));
        }
        if (returns.packed()) {
            nodes.add(Node.get(packed));
            nodes.add(Node.i64Const(I32_OR_ELSE_64));
            nodes.add(SHIFT_RIGHT);
            nodes.add(WRAP);
        }
        return dispatch(region, nodes);
    }

    /**
     * Goes on where the piece was left to; its number lies on the operand stack if there are
     * several.
     */
    private static List<Node> dispatch(Region region, List<Node> nodes) {
        List<Node.Block> exits = region.exits();
        if (region.ways() == 0) {
            nodes.add(new Node.Unreachable());
            return nodes;
        }
        if (exits.isEmpty()) {
            return nodes;
        }
        if (region.ways() == 1) {
            nodes.add(Node.branch(exits.getFirst()));
            return nodes;
        }
        if (region.ways() == 2) {
            nodes.add(new Node.Branch(exits.getLast(), true));
            if (!region.fallsThrough()) {
                nodes.add(Node.branch(exits.getFirst()));
            }
            return nodes;
        }
        if (!region.fallsThrough()) {
            nodes.add(new Node.BranchTable(exits));
            return nodes;
        }
        var around = new Node.Block(Node.Kind.BLOCK, nodes);
        List<Node.Block> targets = new ArrayList<>(exits);
        targets.addFirst(around);
        nodes.add(new Node.BranchTable(targets));
        return List.of(around);
    }
}
