package dev.culvert.pglite.sys;

import dev.culvert.pglite.wasm.ExitException;
import dev.culvert.pglite.wasm.HostCall;
import dev.culvert.pglite.wasm.LinearMemory;
import java.util.Map;
import run.endive.runtime.TrapException;

/** Exit, memory, signals, identity. */
final class ProcessCalls {
    private static final int PAGE = 65536;
    private static final long MAX_HEAP = 32767L * PAGE;
    private static final long GROWTH_LIMIT = 96L * 1024 * 1024;

    private final Kernel kernel;

    ProcessCalls(Kernel kernel) {
        this.kernel = kernel;
    }

    void register(Map<String, HostCall> functions) {
        functions.put("exit", ProcessCalls::exit);
        functions.put("proc_exit", ProcessCalls::exit);
        functions.put("_abort_js", ProcessCalls::abort);
        functions.put("__assert_fail", this::assertionFailed);
        functions.put("_emscripten_runtime_keepalive_clear", a -> 0);
        functions.put("emscripten_get_heap_max", a -> MAX_HEAP);
        functions.put("emscripten_resize_heap", this::resizeHeap);
        functions.put("_mmap_js", Calls.system(this::map));
        functions.put("_munmap_js", a -> 0);
        functions.put("__call_sighandler", this::callHandler);
        functions.put("_setitimer_js", a -> 0);
        functions.put("__syscall_umask", this::setUmask);
        for (String identity : new String[] {"getuid32", "geteuid32", "getgid32", "getegid32"}) {
            functions.put("__syscall_" + identity, a -> 0);
        }
    }

    private static long exit(long[] a) {
        throw new ExitException((int) a[0]);
    }

    private static long abort(long[] a) {
        throw new TrapException("the program called abort()");
    }

    private long assertionFailed(long[] a) {
        throw new TrapException(
                "assertion failed: " + kernel.memory().string((int) a[0]) + ", line " + a[2]);
    }

    /** Grows by a fifth, or what is asked for if that is more, as Emscripten does. */
    private long resizeHeap(long[] a) {
        long requested = a[0] & 0xffffffffL;
        if (requested > MAX_HEAP) {
            return 0;
        }
        LinearMemory memory = kernel.memory();
        long size = (long) memory.pages() * PAGE;
        for (int part = 5; part <= 20; part *= 2) {
            long generous = Math.min(size + size / part, requested + GROWTH_LIMIT);
            long target = Math.min(MAX_HEAP, Math.max(requested, generous));
            long pages = (target - size + PAGE - 1) / PAGE;
            try {
                if (memory.grow((int) pages) >= 0) {
                    return 1;
                }
            } catch (OutOfMemoryError e) {
                // a smaller step may fit; in the end the program reports that it has no memory
            }
        }
        return 0;
    }

    private long map(long[] a) {
        Stream stream = kernel.stream(a[3]);
        int length = (int) a[0];
        int address = (int) kernel.program().call("malloc", length);
        LinearMemory memory = kernel.memory();
        memory.fill((byte) 0, address, address + length);
        stream.read(memory.bytes(), address, length, a[4]);
        memory.writeI32((int) a[5], 1);
        memory.writeI32((int) a[6], address);
        return 0;
    }

    private long callHandler(long[] a) {
        kernel.program().callTable((int) a[0], a[1]);
        return 0;
    }

    private long setUmask(long[] a) {
        int before = kernel.umask;
        kernel.umask = (int) a[0] & 0777;
        return before;
    }
}
