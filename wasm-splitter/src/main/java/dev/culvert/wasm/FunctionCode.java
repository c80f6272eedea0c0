package dev.culvert.wasm;

import java.util.ArrayList;
import java.util.List;

/** A function's code as a tree, and the types of its parameters and other locals. Mutable. */
final class FunctionCode {
    final FunctionType type;

    /** Parameters first, as in the binary format. */
    final List<ValueType> locals;

    /** Leaves the function's results on the operand stack. */
    final List<Node> body = new ArrayList<>();

    FunctionCode(FunctionType type) {
        this.type = type;
        this.locals = new ArrayList<>(type.params());
    }

    /** Adds a local. Returns its number. */
    int newLocal(ValueType type) {
        locals.add(type);
        return locals.size() - 1;
    }
}
