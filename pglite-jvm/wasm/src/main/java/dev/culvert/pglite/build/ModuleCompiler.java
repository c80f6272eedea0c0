package dev.culvert.pglite.build;

import dev.culvert.wasm.bytecode.IndirectCallSplitter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import run.endive.compiler.InterpreterFallback;
import run.endive.compiler.internal.ByteClassCollector;
import run.endive.compiler.internal.Compiler;
import run.endive.compiler.internal.CompilerResult;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmModule;
import run.endive.wasm.WasmWriter;
import run.endive.wasm.types.AnnotatedInstruction;
import run.endive.wasm.types.CodeSection;
import run.endive.wasm.types.FunctionBody;
import run.endive.wasm.types.FunctionImport;
import run.endive.wasm.types.FunctionSection;
import run.endive.wasm.types.Import;
import run.endive.wasm.types.ImportSection;
import run.endive.wasm.types.Instruction;
import run.endive.wasm.types.OpCode;
import run.endive.wasm.types.RawSection;
import run.endive.wasm.types.SectionId;

/**
 * Compiles one module: its classes, and the description without code that instances are made of.
 */
final class ModuleCompiler {
    private final String packageName;
    private final Path output;

    ModuleCompiler(String packageName, Path output) {
        this.packageName = packageName;
        this.output = output;
    }

    /**
     * Compiles a module that stands for itself.
     *
     * @param safePoints exported functions at whose start signals are delivered
     */
    void compile(String name, byte[] wasm, Set<String> safePoints) throws IOException {
        WasmModule module = Parser.parse(wasm);
        writeClasses(name, module, safePoints);
        writeMeta(name, wasm, null, null);
    }

    /** Compiles a module that the main one loads, with its types numbered like the pool's. */
    void compileSide(String name, byte[] wasm, TypePool types) throws IOException {
        WasmModule module =
                Parser.builder()
                        .withValidation(false)
                        .build()
                        .parse(() -> new ByteArrayInputStream(wasm));
        int[] numbers = types.renumbering(module);
        WasmModule renumbered = renumber(module, numbers, types);
        writeClasses(name, renumbered, Set.of());
        writeMeta(name, wasm, numbers, types);
    }

    private void writeClasses(String name, WasmModule module, Set<String> safePoints)
            throws IOException {
        CompilerResult result =
                Compiler.builder(module)
                        .withClassName(packageName + "." + name)
                        .withClassCollectorFactory(ByteClassCollector::new)
                        .withInterpreterFallback(InterpreterFallback.FAIL)
                        .build()
                        .compile();
        Set<Integer> safePointFunctions =
                safePoints.stream()
                        .map(export -> exportIndex(module, export))
                        .collect(Collectors.toSet());
        for (Map.Entry<String, byte[]> compiled : result.classBytes().entrySet()) {
            byte[] bytes =
                    IndirectCallSplitter.split(
                            ClassBindings.bind(
                                    compiled.getKey(), compiled.getValue(), safePointFunctions));
            Path target = output.resolve(compiled.getKey().replace('.', '/') + ".class");
            Files.createDirectories(target.getParent());
            Files.write(target, bytes);
        }
    }

    private static int exportIndex(WasmModule module, String name) {
        for (int i = 0; i < module.exportSection().exportCount(); i++) {
            if (module.exportSection().getExport(i).name().equals(name)) {
                return module.exportSection().getExport(i).index();
            }
        }
        throw new IllegalArgumentException("no export " + name);
    }

    private static WasmModule renumber(WasmModule module, int[] numbers, TypePool types) {
        ImportSection.Builder imports = ImportSection.builder();
        for (int i = 0; i < module.importSection().importCount(); i++) {
            Import each = module.importSection().getImport(i);
            imports.addImport(
                    each instanceof FunctionImport function
                            ? new FunctionImport(
                                    function.module(),
                                    function.name(),
                                    numbers[function.typeIndex()])
                            : each);
        }
        FunctionSection.Builder functions = FunctionSection.builder();
        CodeSection.Builder code = CodeSection.builder();
        for (int i = 0; i < module.functionSection().functionCount(); i++) {
            functions.addFunctionType(numbers[module.functionSection().getFunctionType(i)]);
            FunctionBody body = module.codeSection().getFunctionBody(i);
            code.addFunctionBody(
                    new FunctionBody(
                            body.localTypes(),
                            body.instructions().stream()
                                    .map(instruction -> renumber(instruction, numbers))
                                    .toList()));
        }
        WasmModule.Builder builder =
                WasmModule.builder()
                        .withValidation(false)
                        .setTypeSection(types.section())
                        .setImportSection(imports.build())
                        .setFunctionSection(functions.build())
                        .setCodeSection(
                                code.setRequiresDataCount(
                                                module.codeSection().isRequiresDataCount())
                                        .build())
                        .setTableSection(module.tableSection())
                        .setGlobalSection(module.globalSection())
                        .setExportSection(module.exportSection())
                        .setElementSection(module.elementSection())
                        .setDataSection(module.dataSection());
        module.startSection().ifPresent(builder::setStartSection);
        module.dataCountSection().ifPresent(builder::setDataCountSection);
        return builder.build();
    }

    private static AnnotatedInstruction renumber(AnnotatedInstruction instruction, int[] numbers) {
        if (instruction.opcode() != OpCode.CALL_INDIRECT) {
            return instruction;
        }
        long[] operands = instruction.operands();
        operands[0] = numbers[(int) operands[0]];
        return AnnotatedInstruction.builder()
                .from(new Instruction(instruction.address(), instruction.opcode(), operands))
                .withDepth(instruction.depth())
                .build();
    }

    /** Everything but code. */
    private void writeMeta(
            String name,
            byte[] wasm,
            int @org.jspecify.annotations.Nullable [] numbers,
            @org.jspecify.annotations.Nullable TypePool types)
            throws IOException {
        WasmWriter writer = new WasmWriter();
        Parser.parseWithoutDecoding(
                wasm,
                section -> {
                    byte[] contents = ((RawSection) section).contents();
                    switch (section.sectionId()) {
                        case SectionId.CUSTOM, SectionId.CODE -> {}
                        case SectionId.TYPE ->
                                writer.writeSection(
                                        SectionId.TYPE,
                                        types == null
                                                ? contents
                                                : WasmBytes.typeSection(types.types()));
                        case SectionId.IMPORT ->
                                writer.writeSection(
                                        SectionId.IMPORT,
                                        numbers == null
                                                ? contents
                                                : WasmBytes.importSection(contents, numbers));
                        case SectionId.FUNCTION ->
                                writer.writeSection(
                                        SectionId.FUNCTION,
                                        numbers == null
                                                ? contents
                                                : WasmBytes.functionSection(contents, numbers));
                        default -> writer.writeSection((RawSection) section);
                    }
                });
        Path target = output.resolve(packageName.replace('.', '/')).resolve(name + ".meta");
        Files.write(target, writer.bytes());
    }
}
