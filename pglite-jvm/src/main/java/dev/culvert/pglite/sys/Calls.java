package dev.culvert.pglite.sys;

import dev.culvert.pglite.fs.ErrnoException;
import dev.culvert.pglite.wasm.HostCall;

/** How calls report an error: a system call by a negative number, WASI by a positive one. */
final class Calls {
    private Calls() {}

    static HostCall system(HostCall call) {
        return arguments -> {
            try {
                return call.call(arguments);
            } catch (ErrnoException e) {
                return -e.errno().number();
            }
        };
    }

    static HostCall wasi(HostCall call) {
        return arguments -> {
            try {
                return call.call(arguments);
            } catch (ErrnoException e) {
                return e.errno().number();
            }
        };
    }
}
