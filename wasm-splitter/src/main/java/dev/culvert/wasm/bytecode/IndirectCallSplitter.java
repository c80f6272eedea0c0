package dev.culvert.wasm.bytecode;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.commons.CodeSizeEvaluator;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LookupSwitchInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * Cuts the dispatch of indirect calls into methods that HotSpot compiles.
 *
 * <p>Endive compiles {@code call_indirect} to one {@code lookupswitch} over all functions of a
 * type, with a static call and a return for each. A module with thousands of functions of one type
 * gets a method beyond 8000 bytes, which is interpreted, at every indirect call. Here the switch
 * becomes a {@code tableswitch} over ranges of functions, and each range a method of its own.
 */
public final class IndirectCallSplitter {
    /** HotSpot compiles methods of at most this many bytes. */
    private static final int HUGE_METHOD = 8000;

    /** Functions in a range: a power of two, and at most a third of what fits. */
    private static final int RANGE_BITS = 7;

    private IndirectCallSplitter() {}

    /** The class with its large switches cut, or the same array if there are none. */
    public static byte[] split(byte[] classFile) {
        var node = new ClassNode();
        new ClassReader(classFile).accept(node, ClassReader.SKIP_FRAMES);
        List<MethodNode> added = new ArrayList<>();
        for (MethodNode method : node.methods) {
            LookupSwitchInsnNode dispatch = dispatch(method);
            if (dispatch != null && isHuge(method)) {
                added.addAll(split(node.name, method, dispatch));
            }
        }
        if (added.isEmpty()) {
            return classFile;
        }
        node.methods.addAll(added);
        var writer =
                new ClassWriter(ClassWriter.COMPUTE_FRAMES) {
                    @Override
                    protected String getCommonSuperClass(String first, String second) {
                        return "java/lang/Object"; // classes of the runtime need not be loaded
                    }
                };
        node.accept(writer);
        return writer.toByteArray();
    }

    private static boolean isHuge(MethodNode method) {
        var size = new CodeSizeEvaluator(null);
        method.accept(size);
        return size.getMaxSize() > HUGE_METHOD;
    }

    /** The method's only switch, if each of its cases is a static call of one type and a return. */
    private static @Nullable LookupSwitchInsnNode dispatch(MethodNode method) {
        LookupSwitchInsnNode found = null;
        for (AbstractInsnNode instruction : method.instructions) {
            if (instruction instanceof LookupSwitchInsnNode lookup) {
                if (found != null) {
                    return null;
                }
                found = lookup;
            }
        }
        if (found == null || found.keys.size() <= 1 << RANGE_BITS) {
            return null;
        }
        String descriptor = null;
        for (LabelNode label : found.labels) {
            if (!(label.getNext() instanceof MethodInsnNode call)
                    || call.getOpcode() != Opcodes.INVOKESTATIC
                    || (descriptor != null && !descriptor.equals(call.desc))
                    || !isReturn(call.getNext())) {
                return null;
            }
            descriptor = call.desc;
        }
        return found;
    }

    private static boolean isReturn(@Nullable AbstractInsnNode instruction) {
        return instruction instanceof InsnNode
                && instruction.getOpcode() >= Opcodes.IRETURN
                && instruction.getOpcode() <= Opcodes.RETURN;
    }

    /**
     * Takes the cases out of a method. Where the switch was, the call's arguments and the
     * function's number lie on the operand stack; they become the arguments of the methods that are
     * returned.
     */
    private static List<MethodNode> split(
            String owner, MethodNode method, LookupSwitchInsnNode dispatch) {
        Map<Integer, MethodInsnNode> calls = new HashMap<>();
        for (int i = 0; i < dispatch.keys.size(); i++) {
            calls.put(dispatch.keys.get(i), (MethodInsnNode) dispatch.labels.get(i).getNext());
        }
        MethodInsnNode any = calls.values().iterator().next();
        String descriptor = withNumber(any.desc);
        int returning = any.getNext().getOpcode();
        List<AbstractInsnNode> otherwise = failure(dispatch.dflt);
        var range = new Range(owner, method.name + "$", descriptor, any.desc, returning, otherwise);

        List<MethodNode> added = new ArrayList<>();
        int first = dispatch.keys.getFirst() >> RANGE_BITS;
        int last = dispatch.keys.getLast() >> RANGE_BITS;
        for (int number = first; number <= last; number++) {
            int from = number;
            List<Integer> keys =
                    dispatch.keys.stream().filter(key -> key >> RANGE_BITS == from).toList();
            added.add(range.method(number, keys, calls));
        }
        added.add(range.root(first, last));

        for (MethodInsnNode call : calls.values()) {
            AbstractInsnNode after = call.getNext();
            // Endive writes some returns twice
            while (isReturn(after)) {
                AbstractInsnNode next = after.getNext();
                method.instructions.remove(after);
                after = next;
            }
            method.instructions.remove(call);
        }
        var root =
                new MethodInsnNode(
                        Opcodes.INVOKESTATIC, owner, method.name + "$", descriptor, false);
        method.instructions.insert(dispatch, new InsnNode(returning));
        method.instructions.set(dispatch, root);
        return added;
    }

    private static String withNumber(String descriptor) {
        int end = descriptor.indexOf(')');
        return descriptor.substring(0, end) + "I" + descriptor.substring(end);
    }

    /** What is done with a number that no case has, up to the throw that ends it. */
    private static List<AbstractInsnNode> failure(LabelNode label) {
        List<AbstractInsnNode> instructions = new ArrayList<>();
        AbstractInsnNode instruction = label.getNext();
        while (instruction.getOpcode() != Opcodes.ATHROW) {
            instructions.add(instruction);
            instruction = instruction.getNext();
        }
        instructions.add(instruction);
        return instructions;
    }

    /** Writes the methods of one dispatch. */
    private record Range(
            String owner,
            String name,
            String descriptor,
            String callDescriptor,
            int returning,
            List<AbstractInsnNode> otherwise) {

        private MethodNode start(String methodName) {
            return new MethodNode(
                    Opcodes.ASM9,
                    Opcodes.ACC_STATIC | Opcodes.ACC_SYNTHETIC | Opcodes.ACC_PRIVATE,
                    methodName,
                    descriptor,
                    null,
                    null);
        }

        /** Loads the call's arguments. Returns the local that has the function's number. */
        private int loadArguments(MethodNode method) {
            int local = 0;
            for (Type type : Type.getArgumentTypes(callDescriptor)) {
                method.visitVarInsn(type.getOpcode(Opcodes.ILOAD), local);
                local += type.getSize();
            }
            return local;
        }

        MethodNode method(int number, List<Integer> keys, Map<Integer, MethodInsnNode> calls) {
            MethodNode method = start(name + number);
            int local = loadArguments(method);
            method.visitVarInsn(Opcodes.ILOAD, local);
            Label[] labels = keys.stream().map(_ -> new Label()).toArray(Label[]::new);
            var failed = new Label();
            method.visitLookupSwitchInsn(
                    failed, keys.stream().mapToInt(Integer::intValue).toArray(), labels);
            for (int i = 0; i < labels.length; i++) {
                MethodInsnNode call = calls.get(keys.get(i));
                if (call == null) {
                    throw new IllegalStateException("a case without a call");
                }
                method.visitLabel(labels[i]);
                method.visitMethodInsn(
                        Opcodes.INVOKESTATIC, call.owner, call.name, call.desc, false);
                method.visitInsn(returning);
            }
            method.visitLabel(failed);
            fail(method);
            return method;
        }

        MethodNode root(int first, int last) {
            MethodNode method = start(name);
            int local = loadArguments(method);
            method.visitVarInsn(Opcodes.ILOAD, local);
            method.visitInsn(Opcodes.DUP);
            method.visitIntInsn(Opcodes.BIPUSH, RANGE_BITS);
            method.visitInsn(Opcodes.ISHR);
            var labels = new Label[last - first + 1];
            for (int i = 0; i < labels.length; i++) {
                labels[i] = new Label();
            }
            var failed = new Label();
            method.visitTableSwitchInsn(first, last, failed, labels);
            for (int i = 0; i < labels.length; i++) {
                method.visitLabel(labels[i]);
                method.visitMethodInsn(
                        Opcodes.INVOKESTATIC, owner, name + (first + i), descriptor, false);
                method.visitInsn(returning);
            }
            method.visitLabel(failed);
            fail(method);
            return method;
        }

        private void fail(MethodNode method) {
            for (AbstractInsnNode instruction : otherwise) {
                method.instructions.add(instruction.clone(Map.of()));
            }
        }
    }
}
