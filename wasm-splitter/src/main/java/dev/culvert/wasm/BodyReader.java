package dev.culvert.wasm;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a function's body into a {@link FunctionCode} whose blocks have no results and meet an
 * empty operand stack.
 *
 * <p>What a block would leave on the stack goes through a local instead; so does what lies on the
 * stack when a block begins, and so does what the function returns: {@code return} becomes a branch
 * to the end of a block around everything. Code that is never reached is left out.
 *
 * <p>The empty operand stack serves two ends: between any two statements the function's state is in
 * its locals, so that code can move; and HotSpot replaces a running interpreted loop by a compiled
 * one only if nothing is on the operand stack.
 */
final class BodyReader {
    private static final int ELSE = 0x05;
    private static final int END = 0x0b;

    /** A block that is being read, where its instructions go, and what stands on its stack. */
    private static final class Frame {
        final Node.Block block;
        final @Nullable ValueType result;

        /** Carries the result out of the block; -1 if there is none. */
        final int resultLocal;

        /** Locals that keep what lay on the stack of the block around, lowest first. */
        final List<Integer> spilled;

        final List<ValueType> stack = new ArrayList<>();
        List<Node> target;

        /** Whether the next instruction can be reached. */
        boolean live = true;

        Frame(
                Node.Block block,
                @Nullable ValueType result,
                int resultLocal,
                List<Integer> spilled) {
            this.block = block;
            this.result = result;
            this.resultLocal = resultLocal;
            this.spilled = spilled;
            this.target = block.body;
        }

        /** Whether a branch brings a value; one to a loop's beginning does not. */
        boolean takesResult() {
            return resultLocal >= 0 && block.kind != Node.Kind.LOOP;
        }
    }

    private final WasmModule module;
    private final ByteReader in;
    private final FunctionCode code;
    private final Deque<Frame> frames = new ArrayDeque<>();

    private BodyReader(WasmModule module, int function) {
        this.module = module;
        this.in = new ByteReader(module.body(function));
        this.code = new FunctionCode(module.functionType(function));
    }

    /**
     * Reads the body of a function.
     *
     * @throws UnsupportedCodeException if it has instructions that are not supported, among them
     *     vectors, references, exceptions and blocks of several results
     */
    static FunctionCode read(WasmModule module, int function) {
        var reader = new BodyReader(module, function);
        reader.readLocals();
        reader.readCode();
        return reader.code;
    }

    private void readLocals() {
        for (int groups = in.u32(); groups > 0; groups--) {
            int count = in.u32();
            ValueType type = ValueType.of(in.u8());
            for (int i = 0; i < count; i++) {
                code.newLocal(type);
            }
        }
    }

    private void readCode() {
        List<ValueType> results = code.type.results();
        if (results.size() > 1) {
            throw new UnsupportedCodeException("a function with several results");
        }
        ValueType result = results.isEmpty() ? null : results.getFirst();
        push(new Node.Block(Node.Kind.BLOCK), result, List.of());
        Frame root = frame();
        while (!frames.isEmpty()) {
            instruction();
        }
        code.body.add(root.block);
        if (root.resultLocal >= 0) {
            code.body.add(Node.get(root.resultLocal));
        }
    }

    private Frame frame() {
        return frames.getFirst();
    }

    private void push(Node.Block block, @Nullable ValueType result, List<Integer> spilled) {
        int local = result == null ? -1 : code.newLocal(result);
        frames.push(new Frame(block, result, local, spilled));
    }

    private void instruction() {
        int opcode = in.u8();
        switch (opcode) {
            case 0x00 -> {
                add(new Node.Unreachable());
                frame().live = false;
            }
            case 0x02 -> begin(Node.Kind.BLOCK);
            case 0x03 -> begin(Node.Kind.LOOP);
            case 0x04 -> begin(Node.Kind.IF);
            case ELSE -> {
                endOfArm();
                Frame frame = frame();
                frame.target = frame.block.otherwise;
                frame.live = true;
            }
            case END -> end();
            case 0x0c -> {
                Frame target = target(in.u32());
                keepResult(target);
                add(Node.branch(target.block));
                frame().live = false;
            }
            case 0x0d -> branchIf(target(in.u32()));
            case 0x0e -> branchTable();
            case 0x0f -> {
                Frame root = frames.getLast();
                keepResult(root);
                add(Node.branch(root.block));
                frame().live = false;
            }
            default -> plain(opcode);
        }
        if (!frames.isEmpty() && !frame().live) {
            skipToEndOfArm();
        }
    }

    /** The instruction at hand ends here; where the module's block goes on, nothing is reached. */
    private void skipToEndOfArm() {
        int depth = 0;
        while (true) {
            int next = in.peek();
            if (depth == 0 && (next == ELSE || next == END)) {
                return;
            }
            in.u8();
            switch (next) {
                case 0x02, 0x03, 0x04 -> {
                    in.s64();
                    depth++;
                }
                case END -> depth--;
                case 0x0e -> {
                    for (int count = in.u32(); count >= 0; count--) {
                        in.u32();
                    }
                }
                case ELSE -> {}
                case 0x0c, 0x0d -> in.u32();
                default -> Immediates.skip(in, next);
            }
        }
    }

    private void begin(Node.Kind kind) {
        @Nullable ValueType result = blockResult();
        var condition = kind == Node.Kind.IF ? pop() : null;
        Frame frame = frame();
        List<Integer> spilled = new ArrayList<>();
        if (!frame.stack.isEmpty()) {
            int conditionLocal = -1;
            if (condition != null) {
                conditionLocal = code.newLocal(condition);
                add(Node.set(conditionLocal));
            }
            while (!frame.stack.isEmpty()) {
                int local = code.newLocal(pop());
                add(Node.set(local));
                spilled.addFirst(local);
            }
            if (conditionLocal >= 0) {
                add(Node.get(conditionLocal));
            }
        }
        var block = new Node.Block(kind);
        add(block);
        push(block, result, spilled);
    }

    private @Nullable ValueType blockResult() {
        long type = in.s64();
        if (type >= 0) {
            throw new UnsupportedCodeException("a block with parameters or several results");
        }
        int byteValue = (int) (type & 0x7f);
        return byteValue == 0x40 ? null : ValueType.of(byteValue);
    }

    /** What stands on the stack where a block or an arm of it ends becomes its result. */
    private void endOfArm() {
        if (frame().live && frame().resultLocal >= 0) {
            pop();
            add(Node.set(frame().resultLocal));
        }
        frame().stack.clear();
    }

    private void end() {
        endOfArm();
        Frame ended = frames.pop();
        if (frames.isEmpty()) {
            return;
        }
        Frame around = frame();
        for (int local : ended.spilled) {
            around.target.add(Node.get(local));
            around.stack.add(code.locals.get(local));
        }
        if (ended.result != null) {
            around.target.add(Node.get(ended.resultLocal));
            around.stack.add(ended.result);
        }
    }

    private Frame target(int depth) {
        int left = depth;
        for (Frame frame : frames) {
            if (left-- == 0) {
                return frame;
            }
        }
        throw new WasmFormatException("a branch out of the function", in.position());
    }

    /** Moves the top of the stack to where the target expects its result; a loop expects none. */
    private void keepResult(Frame target) {
        if (target.takesResult()) {
            pop();
            add(Node.set(target.resultLocal));
        }
    }

    private void branchIf(Frame target) {
        if (!target.takesResult()) {
            pop();
            add(new Node.Branch(target.block, true));
            return;
        }
        // the value stays on the stack if the branch is not taken
        int condition = code.newLocal(pop());
        add(Node.set(condition));
        add(new Node.Local(Node.Access.TEE, target.resultLocal));
        add(Node.get(condition));
        add(new Node.Branch(target.block, true));
    }

    private void branchTable() {
        List<Frame> targets = new ArrayList<>();
        for (int count = in.u32(); count >= 0; count--) {
            targets.add(target(in.u32()));
        }
        ValueType selectorType = pop();
        List<Integer> results =
                targets.stream()
                        .filter(Frame::takesResult)
                        .map(target -> target.resultLocal)
                        .distinct()
                        .toList();
        if (!results.isEmpty()) {
            int selector = code.newLocal(selectorType);
            add(Node.set(selector));
            for (int local : results) {
                add(new Node.Local(Node.Access.TEE, local));
            }
            add(Node.simple(0x1a, 1, 0));
            pop();
            add(Node.get(selector));
        }
        add(new Node.BranchTable(targets.stream().map(target -> target.block).toList()));
        frame().live = false;
    }

    private void plain(int opcode) {
        switch (opcode) {
            case 0x10 -> {
                int function = in.u32();
                call(opcode, encoded(opcode, function), module.functionType(function), 0);
            }
            case 0x11 -> {
                int type = in.u32();
                int table = in.u32();
                byte[] bytes = new ByteWriter().u8(opcode).u32(type).u32(table).toByteArray();
                call(opcode, bytes, module.type(type), 1);
            }
            case 0x1a -> {
                pop();
                add(Node.simple(opcode, 1, 0));
            }
            case 0x1b -> {
                pop();
                pop();
                add(Node.simple(opcode, 3, 1));
            }
            case 0x20 -> {
                int local = in.u32();
                add(Node.get(local));
                frame().stack.add(code.locals.get(local));
            }
            case 0x21 -> {
                pop();
                add(Node.set(in.u32()));
            }
            case 0x22 -> add(new Node.Local(Node.Access.TEE, in.u32()));
            case 0x23 -> {
                int global = in.u32();
                add(Node.globalGet(global));
                frame().stack.add(module.globalType(global));
            }
            case 0x24 -> {
                pop();
                add(Node.globalSet(in.u32()));
            }
            default -> fixedSignature(opcode);
        }
    }

    private static byte[] encoded(int opcode, int operand) {
        return new ByteWriter().u8(opcode).u32(operand).toByteArray();
    }

    private void call(int opcode, byte[] bytes, FunctionType type, int extra) {
        int pops = type.params().size() + extra;
        for (int i = 0; i < pops; i++) {
            pop();
        }
        add(new Node.Plain(opcode, bytes, pops, type.results().size()));
        frame().stack.addAll(type.results());
    }

    private void fixedSignature(int first) {
        int start = in.position() - 1;
        int opcode = first == Signatures.PREFIX ? (first << 8) | in.peek() : first;
        FunctionType signature = Signatures.of(opcode);
        if (signature == null) {
            throw new UnsupportedCodeException("instruction 0x" + Integer.toHexString(opcode));
        }
        Immediates.skip(in, first);
        for (int i = 0; i < signature.params().size(); i++) {
            pop();
        }
        add(
                new Node.Plain(
                        opcode,
                        in.copy(start, in.position()),
                        signature.params().size(),
                        signature.results().size()));
        frame().stack.addAll(signature.results());
    }

    private void add(Node node) {
        frame().target.add(node);
    }

    private ValueType pop() {
        List<ValueType> stack = frame().stack;
        if (stack.isEmpty()) {
            throw new WasmFormatException("an operand is missing", in.position());
        }
        return stack.removeLast();
    }
}
