package dev.culvert.pglite.wasm;

import java.util.ArrayList;
import java.util.List;
import run.endive.runtime.HostFunction;
import run.endive.runtime.ImportFunction;
import run.endive.runtime.ImportValues;
import run.endive.runtime.Instance;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.FunctionImport;
import run.endive.wasm.types.FunctionType;
import run.endive.wasm.types.ImportSection;
import run.endive.wasm.types.TypeSection;

/**
 * Host functions as entries of a program's table. An entry is a function of an instance, so they
 * get an instance of their own: of a module that only imports, with the program's numbering of
 * types.
 */
final class Callbacks {
    private Callbacks() {}

    static int add(Program program, List<HostCall> calls, List<Integer> parameterCounts) {
        TypeSection types = program.module().typeSection();
        ImportSection.Builder imports = ImportSection.builder();
        List<ImportFunction> functions = new ArrayList<>();
        for (int i = 0; i < calls.size(); i++) {
            FunctionType type = Program.integers(parameterCounts.get(i));
            imports.addImport(new FunctionImport("host", "f" + i, number(types, type)));
            HostCall call = calls.get(i);
            functions.add(
                    new HostFunction(
                            "host",
                            "f" + i,
                            type,
                            (caller, arguments) -> new long[] {call.call(arguments)}));
        }
        WasmModule module =
                WasmModule.builder()
                        .setTypeSection(types)
                        .setImportSection(imports.build())
                        .withValidation(false)
                        .build();
        Instance instance =
                Instance.builder(module)
                        .withImportValues(ImportValues.builder().withFunctions(functions).build())
                        .withMachineFactory(self ->
                                (function, arguments) ->
                                        self.imports()
                                                .function(function)
                                                .handle()
                                                .apply(self, arguments))
                        .build();
        int first = program.table().grow(calls.size(), -1, null);
        for (int i = 0; i < calls.size(); i++) {
            program.table().setRef(first + i, i, instance);
        }
        return first;
    }

    private static int number(TypeSection types, FunctionType type) {
        for (int i = 0; i < types.typeCount(); i++) {
            if (types.getType(i).equals(type)) {
                return i;
            }
        }
        throw new IllegalStateException("the program has no functions of type " + type);
    }
}
