package dev.culvert.wasm;

import java.util.List;

/** Modules to test with, each with one memory page, and the function {@code f} exported. */
final class Modules {
    /** Numbers of the functions that every module has before the one that is tested. */
    static final int HELPER = 0;

    static final int TESTED = 1;

    private Modules() {}

    /**
     * A module of the function {@code f}, a memory {@code m} and two mutable globals, an i32 and an
     * i64, {@code g} and {@code h}. Function 0 adds its i32 to the global {@code g} and returns it.
     *
     * @param locals the types of the locals that are no parameters
     * @param code with the {@code end}
     */
    static byte[] of(FunctionType type, List<ValueType> locals, byte[] code) {
        var helperType = new FunctionType(List.of(ValueType.I32), List.of(ValueType.I32));
        var out = new ByteWriter().bytes(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0});
        var types = new ByteWriter().u32(2);
        for (FunctionType each : List.of(helperType, type)) {
            types.u8(0x60);
            for (List<ValueType> part : List.of(each.params(), each.results())) {
                types.u32(part.size());
                part.forEach(value -> types.u8(value.code));
            }
        }
        section(out, 1, types);
        section(out, 3, new ByteWriter().u32(2).u32(0).u32(1));
        section(out, 5, new ByteWriter().u32(1).u8(1).u32(1).u32(1));
        section(
                out,
                6,
                new ByteWriter()
                        .u32(2)
                        .bytes(new byte[] {0x7f, 1, 0x41, 5, 0x0b, 0x7e, 1, 0x42, 7, 0x0b}));
        var exports = new ByteWriter().u32(4);
        export(exports, 'f', 0, TESTED);
        export(exports, 'm', 2, 0);
        export(exports, 'g', 3, 0);
        export(exports, 'h', 3, 1);
        section(out, 7, exports);
        byte[] helper =
                new ByteWriter()
                        .u32(0)
                        .bytes(new byte[] {0x23, 0, 0x20, 0, 0x6a, 0x24, 0, 0x23, 0, 0x0b})
                        .toByteArray();
        var body = new ByteWriter().u32(locals.size());
        locals.forEach(local -> body.u32(1).u8(local.code));
        body.bytes(code);
        section(out, 10, new ByteWriter().u32(2).sized(helper).sized(body.toByteArray()));
        return out.toByteArray();
    }

    private static void export(ByteWriter out, char name, int kind, int index) {
        out.u32(1).u8(name).u8(kind).u32(index);
    }

    private static void section(ByteWriter out, int id, ByteWriter content) {
        out.u8(id).sized(content.toByteArray());
    }

    /**
     * A function of a selector that has a {@code switch} of many cases. The k-th case multiplies
     * the result by k and adds, some leave, some go on with the next, some start over with another
     * one.
     *
     * @param caseLength how many additions a case has
     */
    static byte[] switchOf(int cases, int caseLength) {
        var out = new ByteWriter();
        out.u8(0x41).s64(40).u8(0x21).u32(2); // how often it may start over
        out.u8(0x02).u8(0x40).u8(0x03).u8(0x40); // block, loop
        for (int i = 0; i < cases; i++) {
            out.u8(0x02).u8(0x40);
        }
        out.u8(0x20).u32(0).u8(0x0e).u32(cases);
        for (int i = 0; i < cases; i++) {
            out.u32((i * 7 + 3) % cases);
        }
        out.u32(cases + 1); // the default leaves
        for (int i = 0; i < cases; i++) {
            out.u8(0x0b);
            out.u8(0x20).u32(1).u8(0x41).s64(i).u8(0x6c).u8(0x21).u32(1);
            for (int k = 0; k < caseLength; k++) {
                out.u8(0x20).u32(1).u8(0x41).s64(k + i).u8(0x6a).u8(0x21).u32(1);
            }
            int outer = cases - 1 - i; // labels of cases that still follow
            switch (i % 4) {
                case 0 -> out.u8(0x0c).u32(outer + 1); // leave
                case 1 -> {
                    out.u8(0x20).u32(2).u8(0x41).s64(1).u8(0x6b).u8(0x22).u32(2);
                    out.u8(0x45).u8(0x0d).u32(outer + 1);
                    out.u8(0x20).u32(0).u8(0x41).s64(13).u8(0x6a).u8(0x21).u32(0);
                    out.u8(0x0c).u32(outer); // start over
                }
                case 2 -> {
                    if (outer > 5) {
                        out.u8(0x20).u32(1).u8(0x41).s64(1).u8(0x71).u8(0x0d).u32(5);
                    }
                }
                default -> {}
            }
        }
        out.u8(0x0b).u8(0x0b); // loop, block
        out.u8(0x20).u32(1).u8(0x0b);
        return of(
                new FunctionType(List.of(ValueType.I32), List.of(ValueType.I32)),
                List.of(ValueType.I32, ValueType.I32),
                out.toByteArray());
    }

    /**
     * A module whose {@code f} calls function {@code i} of its table, which returns its argument
     * plus {@code i}, with 1000.
     *
     * @param functions how many the table has
     */
    static byte[] indirectCalls(int functions) {
        var out = new ByteWriter().bytes(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0});
        section(out, 1, new ByteWriter().u32(1).bytes(new byte[] {0x60, 1, 0x7f, 1, 0x7f}));
        var types = new ByteWriter().u32(functions + 1);
        var elements = new ByteWriter().u32(1).u32(0).bytes(new byte[] {0x41, 0, 0x0b});
        elements.u32(functions);
        var code = new ByteWriter().u32(functions + 1);
        for (int i = 0; i < functions; i++) {
            types.u32(0);
            elements.u32(i);
            code.sized(
                    new ByteWriter()
                            .u32(0)
                            .bytes(new byte[] {0x20, 0, 0x41})
                            .s64(i)
                            .bytes(new byte[] {0x6a, 0x0b})
                            .toByteArray());
        }
        section(out, 3, types.u32(0));
        // one entry more than there are functions
        section(out, 4, new ByteWriter().u32(1).u8(0x70).u8(0).u32(functions + 1));
        var exports = new ByteWriter().u32(1);
        export(exports, 'f', 0, functions);
        section(out, 7, exports);
        section(out, 9, elements);
        byte[] caller =
                new ByteWriter()
                        .u32(0)
                        .u8(0x41)
                        .s64(1000)
                        .bytes(new byte[] {0x20, 0, 0x11, 0, 0, 0x0b})
                        .toByteArray();
        section(out, 10, code.sized(caller));
        return out.toByteArray();
    }
}
