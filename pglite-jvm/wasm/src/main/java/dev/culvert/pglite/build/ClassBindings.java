package dev.culvert.pglite.build;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Binds compiled classes to the library. Endive reaches memory through an interface call and looks
 * at the thread's interrupt flag at every turn of a loop; here loads and stores become static calls
 * on an array, loops turn freely, and chosen functions deliver signals when they are entered.
 */
final class ClassBindings {
    private static final String MEMORY = "dev/culvert/pglite/wasm/MemoryAccess";
    private static final String SIGNALS = "dev/culvert/pglite/wasm/Signals";

    private ClassBindings() {}

    static byte[] bind(String name, byte[] original, Set<Integer> safePoints) {
        boolean shaded = name.endsWith("Shaded");
        if (!shaded && (safePoints.isEmpty() || !name.contains("FuncGroup"))) {
            return original;
        }
        ClassReader reader = new ClassReader(original);
        ClassWriter writer = new ClassWriter(reader, 0);
        reader.accept(
                new ClassVisitor(Opcodes.ASM9, writer) {
                    @Override
                    public @Nullable MethodVisitor visitMethod(
                            int access,
                            String method,
                            String descriptor,
                            @Nullable String signature,
                            String @Nullable [] exceptions) {
                        MethodVisitor visitor =
                                super.visitMethod(
                                        access, method, descriptor, signature, exceptions);
                        if (shaded) {
                            return isBound(method)
                                    ? delegate(visitor, method, descriptor)
                                    : visitor;
                        }
                        return isSafePoint(method, safePoints)
                                ? deliverSignals(visitor, descriptor)
                                : visitor;
                    }
                },
                0);
        return writer.toByteArray();
    }

    private static boolean isBound(String method) {
        return method.equals("checkInterruption")
                || method.startsWith("memoryRead")
                || method.startsWith("memoryWrite");
    }

    private static boolean isSafePoint(String method, Set<Integer> safePoints) {
        return method.startsWith("func_")
                && safePoints.contains(Integer.parseInt(method.substring("func_".length())));
    }

    /** Replaces the body by a static call with the same arguments. */
    private static @Nullable MethodVisitor delegate(
            MethodVisitor visitor, String method, String descriptor) {
        visitor.visitCode();
        int slot = 0;
        for (Type type : Type.getArgumentTypes(descriptor)) {
            visitor.visitVarInsn(type.getOpcode(Opcodes.ILOAD), slot);
            slot += type.getSize();
        }
        if (!method.equals("checkInterruption")) {
            visitor.visitMethodInsn(Opcodes.INVOKESTATIC, MEMORY, method, descriptor, false);
        }
        visitor.visitInsn(Type.getReturnType(descriptor).getOpcode(Opcodes.IRETURN));
        visitor.visitMaxs(Math.max(slot, 2) + 2, slot);
        visitor.visitEnd();
        return null;
    }

    /** The instance is the last argument of every compiled function. */
    private static MethodVisitor deliverSignals(MethodVisitor visitor, String descriptor) {
        int slots = 0;
        for (Type type : Type.getArgumentTypes(descriptor)) {
            slots += type.getSize();
        }
        int instance = slots - 1;
        return new MethodVisitor(Opcodes.ASM9, visitor) {
            @Override
            public void visitCode() {
                super.visitCode();
                visitVarInsn(Opcodes.ALOAD, instance);
                visitMethodInsn(
                        Opcodes.INVOKESTATIC,
                        SIGNALS,
                        "deliver",
                        "(Lrun/endive/runtime/Instance;)V",
                        false);
            }

            @Override
            public void visitMaxs(int maxStack, int maxLocals) {
                super.visitMaxs(Math.max(maxStack, 1), maxLocals);
            }
        };
    }
}
