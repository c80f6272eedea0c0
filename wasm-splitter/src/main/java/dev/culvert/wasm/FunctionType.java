package dev.culvert.wasm;

import java.util.List;

/** What a function takes and returns. */
record FunctionType(List<ValueType> params, List<ValueType> results) {
    FunctionType {
        params = List.copyOf(params);
        results = List.copyOf(results);
    }
}
