package dev.culvert.wasm;

import static dev.culvert.wasm.ValueType.F32;
import static dev.culvert.wasm.ValueType.F64;
import static dev.culvert.wasm.ValueType.I32;
import static dev.culvert.wasm.ValueType.I64;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Makes valid functions that end: blocks with and without results, values on the operand stack
 * around them, loops that are left when fuel is used up, branches of every kind, memory, globals,
 * calls.
 */
final class RandomFunction {
    private static final List<ValueType> TYPES = List.of(I32, I64, F32, F64);
    private static final int FUEL = 3;

    /** Bytes after which nothing but simple statements is added. */
    private static final int LONG = 2500;

    /** What a branch may lead to. A loop takes no value. */
    private record Label(boolean loop, @Nullable ValueType result) {
        @Nullable ValueType takes() {
            return loop ? null : result;
        }
    }

    private final Random random;
    private final ByteWriter out = new ByteWriter();
    private final List<Label> labels = new ArrayList<>();
    private final List<ValueType> locals;
    private final @Nullable ValueType result;

    private RandomFunction(long seed) {
        this.random = new Random(seed);
        this.locals = new ArrayList<>(List.of(I32, I64, F64, I32));
        for (int i = random.nextInt(12); i >= 0; i--) {
            locals.add(TYPES.get(random.nextInt(4)));
        }
        this.result = random.nextInt(5) == 0 ? null : TYPES.get(random.nextInt(4));
    }

    /** A module whose function takes i32, i64 and f64. */
    static byte[] module(long seed) {
        var function = new RandomFunction(seed);
        function.out.u8(0x41).s64(200).u8(0x21).u32(FUEL);
        function.labels.add(new Label(false, function.result));
        function.statements(5, 4 + function.random.nextInt(8));
        if (function.result != null) {
            function.expression(function.result, 3);
        }
        function.out.u8(0x0b);
        var type =
                new FunctionType(
                        List.of(I32, I64, F64),
                        function.result == null ? List.of() : List.of(function.result));
        return Modules.of(
                type,
                function.locals.subList(3, function.locals.size()),
                function.out.toByteArray());
    }

    private void statements(int depth, int count) {
        for (int i = 0; i < count; i++) {
            statement(depth);
        }
    }

    private void statement(int depth) {
        switch (random.nextInt(depth > 0 && out.size() < LONG ? 14 : 6)) {
            case 0, 1, 2 -> {
                int local = randomLocal();
                expression(locals.get(local), 3);
                out.u8(0x21).u32(local);
            }
            case 3 -> {
                address();
                expression(I32, 2);
                out.u8(0x36).u32(2).u32(random.nextInt(64));
            }
            case 4 -> {
                boolean wide = random.nextBoolean();
                expression(wide ? I64 : I32, 2);
                out.u8(0x24).u32(wide ? 1 : 0);
            }
            case 5 -> {
                expression(TYPES.get(random.nextInt(4)), 3);
                out.u8(0x1a);
            }
            case 6, 7 -> block(0x02, null, depth - 1);
            case 8, 9 -> block(0x03, null, depth - 1);
            case 10 -> {
                expression(I32, 2);
                block(0x04, null, depth - 1);
            }
            case 11 -> branchIf();
            case 12 -> {
                if (random.nextInt(3) == 0) {
                    expression(I32, 2);
                    out.u8(0x04).u8(0x40);
                    labels.add(new Label(false, null));
                    leave(depth);
                    end();
                } else {
                    branchIf();
                }
            }
            default -> {
                out.u8(0x02).u8(0x40);
                labels.add(new Label(false, null));
                statements(depth - 1, 2);
                leave(depth);
                end();
            }
        }
    }

    /** An unconditional way out of the block, and sometimes code that is never reached. */
    private void leave(int depth) {
        switch (random.nextInt(4)) {
            case 0 -> {
                if (result != null) {
                    expression(result, 2);
                }
                out.u8(0x0f);
            }
            case 1 -> branchTable();
            case 2 -> {
                int target = random.nextInt(labels.size());
                fuel(target);
                ValueType value = label(target).takes();
                if (value != null) {
                    expression(value, 2);
                }
                out.u8(0x0c).u32(target);
            }
            default -> {
                return;
            }
        }
        if (random.nextBoolean()) {
            statements(Math.min(depth - 1, 1), 2);
        }
    }

    private Label label(int depth) {
        return labels.get(labels.size() - 1 - depth);
    }

    private void branchIf() {
        int target = random.nextInt(labels.size());
        fuel(target);
        ValueType value = label(target).takes();
        if (value != null) {
            expression(value, 2);
        }
        expression(I32, 2);
        out.u8(0x0d).u32(target);
        if (value != null) {
            out.u8(0x1a);
        }
    }

    private void branchTable() {
        int first = random.nextInt(labels.size());
        ValueType value = label(first).takes();
        List<Integer> targets = new ArrayList<>();
        for (int i = 0; i < labels.size(); i++) {
            if (label(i).takes() == value) {
                targets.add(i);
            }
        }
        targets.forEach(this::fuel);
        if (value != null) {
            expression(value, 2);
        }
        expression(I32, 2);
        out.u8(0x41).s64(7).u8(0x71); // and 7
        int count = random.nextInt(8);
        out.u8(0x0e).u32(count);
        for (int i = 0; i <= count; i++) {
            out.u32(targets.get(random.nextInt(targets.size())));
        }
    }

    /** Before a branch to a loop: leaves the function by a trap when all fuel is used up. */
    private void fuel(int target) {
        if (label(target).loop) {
            out.u8(0x20).u32(FUEL).u8(0x41).s64(1).u8(0x6b).u8(0x22).u32(FUEL);
            out.u8(0x45).u8(0x04).u8(0x40).u8(0x00).u8(0x0b);
        }
    }

    private void block(int opcode, @Nullable ValueType type, int depth) {
        out.u8(opcode).u8(type == null ? 0x40 : type.code);
        labels.add(new Label(opcode == 0x03, type));
        statements(depth, 1 + random.nextInt(5));
        if (type != null) {
            expression(type, 2);
        }
        if (opcode == 0x04 && (type != null || random.nextBoolean())) {
            out.u8(0x05);
            statements(depth, 1 + random.nextInt(3));
            if (type != null) {
                expression(type, 2);
            }
        }
        end();
    }

    private void end() {
        out.u8(0x0b);
        labels.removeLast();
    }

    private int randomLocal() {
        int local = random.nextInt(locals.size());
        return local == FUEL ? 0 : local;
    }

    private void address() {
        expression(I32, 1);
        out.u8(0x41).s64(1023).u8(0x71);
    }

    private void expression(ValueType type, int depth) {
        int choice = random.nextInt(depth > 0 && out.size() < LONG ? 10 : 3);
        switch (choice) {
            case 0 -> constant(type);
            case 1, 2 -> read(type, 0x20);
            case 3, 4 -> {
                expression(type, depth - 1);
                expression(type, depth - 1);
                int[] operators =
                        switch (type) {
                            case I32 -> new int[] {0x6a, 0x6b, 0x6c, 0x71, 0x73, 0x74, 0x6f};
                            case I64 -> new int[] {0x7c, 0x7d, 0x7e, 0x83, 0x85, 0x86};
                            case F32 -> new int[] {0x92, 0x93, 0x94};
                            case F64 -> new int[] {0xa0, 0xa1, 0xa2};
                        };
                out.u8(operators[random.nextInt(operators.length)]);
            }
            case 5 -> {
                if (labels.size() < 8) {
                    // on an operand that waits for the block's result
                    constant(type);
                    block(random.nextInt(3) == 0 ? 0x03 : 0x02, type, depth > 2 ? 1 : 0);
                    out.u8(
                            switch (type) {
                                case I32 -> 0x6a;
                                case I64 -> 0x7c;
                                case F32 -> 0x92;
                                case F64 -> 0xa0;
                            });
                } else {
                    constant(type);
                }
            }
            case 6 -> {
                if (labels.size() < 8) {
                    expression(I32, depth - 1);
                    block(0x04, type, 0);
                } else {
                    read(type, 0x20);
                }
            }
            case 7 -> {
                expression(type, depth - 1);
                expression(type, depth - 1);
                expression(I32, depth - 1);
                out.u8(0x1b);
            }
            case 8 -> {
                expression(type, depth - 1);
                read(type, 0x22);
            }
            default -> other(type, depth);
        }
    }

    private void constant(ValueType type) {
        switch (type) {
            case I32 -> out.u8(0x41).s64(random.nextInt(200) - 100);
            case I64 -> out.u8(0x42).s64(random.nextInt(200) - 100);
            case F32 -> out.u8(0x43).bytes(new byte[] {0, 0, (byte) random.nextInt(100), 0x40});
            case F64 ->
                    out.u8(0x44)
                            .bytes(new byte[] {0, 0, 0, 0, 0, 0, (byte) random.nextInt(100), 0x40});
        }
    }

    /** Gets or tees a local of the type; a constant if there is none. */
    private void read(ValueType type, int opcode) {
        int start = random.nextInt(locals.size());
        for (int i = 0; i < locals.size(); i++) {
            int local = (start + i) % locals.size();
            if (locals.get(local) == type && local != FUEL) {
                out.u8(opcode).u32(local);
                return;
            }
        }
        if (opcode == 0x20) {
            constant(type);
        }
    }

    /** Calls, loads, comparisons and conversions. */
    private void other(ValueType type, int depth) {
        switch (type) {
            case I32 -> {
                switch (random.nextInt(4)) {
                    case 0 -> {
                        expression(I32, depth - 1);
                        out.u8(0x10).u32(Modules.HELPER);
                    }
                    case 1 -> {
                        address();
                        out.u8(0x28).u32(2).u32(8);
                    }
                    case 2 -> {
                        expression(I64, depth - 1);
                        expression(I64, depth - 1);
                        out.u8(0x53);
                    }
                    default -> out.u8(0x23).u32(0);
                }
            }
            case I64 -> {
                expression(I32, depth - 1);
                out.u8(0xac);
            }
            case F32 -> {
                expression(I32, depth - 1);
                out.u8(0xb2);
            }
            case F64 -> {
                expression(F32, depth - 1);
                out.u8(0xbb);
            }
        }
    }
}
