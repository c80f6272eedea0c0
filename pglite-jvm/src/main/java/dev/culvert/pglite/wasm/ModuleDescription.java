package dev.culvert.pglite.wasm;

import java.io.ByteArrayInputStream;
import java.util.List;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.CodeSection;
import run.endive.wasm.types.DataCountSection;
import run.endive.wasm.types.DataSection;
import run.endive.wasm.types.ElementSection;
import run.endive.wasm.types.ExportSection;
import run.endive.wasm.types.FunctionBody;
import run.endive.wasm.types.FunctionSection;
import run.endive.wasm.types.GlobalSection;
import run.endive.wasm.types.ImportSection;
import run.endive.wasm.types.MemorySection;
import run.endive.wasm.types.Section;
import run.endive.wasm.types.StartSection;
import run.endive.wasm.types.TableSection;
import run.endive.wasm.types.TypeSection;

/**
 * A module without its code, which is in classes. Endive's parser could read it as a whole, but
 * would also compute its digest, for which nobody asks, and wants a body for each function.
 */
final class ModuleDescription {
    private ModuleDescription() {}

    static WasmModule read(byte[] bytes) {
        WasmModule.Builder module = WasmModule.builder().withValidation(false);
        Parser.builder()
                .withValidation(false)
                .build()
                .parse(new ByteArrayInputStream(bytes), section -> add(module, section));
        return module.build();
    }

    private static void add(WasmModule.Builder module, Section section) {
        switch (section) {
            case TypeSection types -> module.setTypeSection(types);
            case ImportSection imports -> module.setImportSection(imports);
            case FunctionSection functions -> {
                module.setFunctionSection(functions);
                module.setCodeSection(emptyBodies(functions.functionCount()));
            }
            case TableSection tables -> module.setTableSection(tables);
            case MemorySection memories -> module.setMemorySection(memories);
            case GlobalSection globals -> module.setGlobalSection(globals);
            case ExportSection exports -> module.setExportSection(exports);
            case StartSection start -> module.setStartSection(start);
            case ElementSection elements -> module.setElementSection(elements);
            case DataSection data -> module.setDataSection(data);
            case DataCountSection count -> module.setDataCountSection(count);
            default -> throw new IllegalStateException("a section of kind " + section.sectionId());
        }
    }

    private static CodeSection emptyBodies(int count) {
        FunctionBody empty = new FunctionBody(List.of(), List.of());
        CodeSection.Builder code = CodeSection.builder();
        for (int i = 0; i < count; i++) {
            code.addFunctionBody(empty);
        }
        return code.build();
    }
}
