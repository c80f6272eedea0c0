package dev.culvert.wasm;

import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.commons.CodeSizeEvaluator;
import run.endive.compiler.InterpreterFallback;
import run.endive.compiler.internal.ByteClassCollector;
import run.endive.compiler.internal.Compiler;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmModule;

/**
 * A module that was compiled to JVM bytecode.
 *
 * @param interpreted the functions that were too large
 */
record Compiled(WasmModule module, Map<String, byte[]> classes, Set<Integer> interpreted) {
    /** HotSpot compiles methods of at most so many bytes. */
    static final int HUGE_METHOD = 8000;

    private static final String NAME = "dev.culvert.wasm.generated.Module";

    static Compiled of(byte[] bytes) {
        WasmModule module = Parser.parse(bytes);
        var result =
                Compiler.builder(module)
                        .withClassName(NAME)
                        .withClassCollectorFactory(ByteClassCollector::new)
                        .withInterpreterFallback(InterpreterFallback.SILENT)
                        .build()
                        .compile();
        Map<String, byte[]> classes =
                result.classBytes().entrySet().stream()
                        .collect(
                                Collectors.toMap(
                                        entry -> entry.getKey().replace('/', '.'),
                                        Map.Entry::getValue));
        return new Compiled(module, classes, result.interpretedFunctions());
    }

    /** The same with every class changed. */
    Compiled with(UnaryOperator<byte[]> change) {
        Map<String, byte[]> changed =
                classes.entrySet().stream()
                        .collect(
                                Collectors.toMap(
                                        Map.Entry::getKey,
                                        entry -> change.apply(entry.getValue())));
        return new Compiled(module, changed, interpreted);
    }

    Instance instance() throws ReflectiveOperationException {
        var loader =
                new ClassLoader(Compiled.class.getClassLoader()) {
                    @Override
                    protected Class<?> findClass(String name) throws ClassNotFoundException {
                        byte[] bytes = classes.get(name);
                        if (bytes == null) {
                            throw new ClassNotFoundException(name);
                        }
                        return defineClass(name, bytes, 0, bytes.length);
                    }
                };
        var constructor = loader.loadClass(NAME).getConstructor(Instance.class);
        return Instance.builder(module)
                .withMachineFactory(instance -> {
                    try {
                        return (Machine) constructor.newInstance(instance);
                    } catch (ReflectiveOperationException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .build();
    }

    int largestMethod() {
        int[] largest = {0};
        for (byte[] classFile : classes.values()) {
            new ClassReader(classFile)
                    .accept(
                            new ClassVisitor(Opcodes.ASM9) {
                                @Override
                                public MethodVisitor visitMethod(
                                        int access,
                                        String name,
                                        String descriptor,
                                        @Nullable String signature,
                                        String @Nullable [] exceptions) {
                                    return new CodeSizeEvaluator(null) {
                                        @Override
                                        public void visitEnd() {
                                            largest[0] = Math.max(largest[0], getMaxSize());
                                        }
                                    };
                                }
                            },
                            0);
        }
        return largest[0];
    }
}
