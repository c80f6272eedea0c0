package dev.culvert.pglite.sys;

import dev.culvert.pglite.fs.Errno;
import dev.culvert.pglite.wasm.HostCall;
import dev.culvert.pglite.wasm.LinearMemory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Pattern;

/** There is no network; only addresses in numbers are understood, which Postgres' settings need. */
final class NetworkCalls {
    private static final Pattern NUMERIC = Pattern.compile("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
    private static final int UNKNOWN_NAME = -2;
    private static final int FAMILY_UNSUPPORTED = -6;
    private static final int INET = 2;
    private static final int INET6 = 10;

    private final Kernel kernel;

    NetworkCalls(Kernel kernel) {
        this.kernel = kernel;
    }

    void register(Map<String, HostCall> functions) {
        String[] unavailable = {
            "accept4", "bind", "connect", "listen", "recvfrom", "sendto", "socket"
        };
        for (String name : unavailable) {
            functions.put("__syscall_" + name, a -> -Errno.ENOSYS.number());
        }
        functions.put("getaddrinfo", this::address);
        functions.put("getnameinfo", a -> FAMILY_UNSUPPORTED);
    }

    private long address(long[] a) {
        if (a[0] == 0) {
            return UNKNOWN_NAME;
        }
        String name = kernel.memory().string((int) a[0]);
        if (!NUMERIC.matcher(name).matches()) {
            return UNKNOWN_NAME;
        }
        byte[] address;
        try {
            address = InetAddress.getByName(name).getAddress();
        } catch (UnknownHostException e) {
            return UNKNOWN_NAME;
        }
        if (name.indexOf(':') >= 0 && address.length == 4) {
            byte[] mapped = new byte[16];
            Arrays.fill(mapped, 10, 12, (byte) 0xff);
            System.arraycopy(address, 0, mapped, 12, 4);
            address = mapped;
        }
        boolean v6 = address.length == 16;
        int socketType = a[2] == 0 ? 1 : kernel.memory().readInt((int) a[2] + 8);
        int length = v6 ? 28 : 16;
        int socket = (int) kernel.program().call("malloc", length);
        int info = (int) kernel.program().call("malloc", 32);
        LinearMemory memory = kernel.memory();
        memory.fill((byte) 0, socket, socket + length);
        memory.fill((byte) 0, info, info + 32);
        memory.writeShort(socket, (short) (v6 ? INET6 : INET));
        memory.write(socket + (v6 ? 8 : 4), address, 0, address.length);
        memory.writeI32(info + 4, v6 ? INET6 : INET);
        memory.writeI32(info + 8, socketType == 0 ? 1 : socketType);
        memory.writeI32(info + 12, 6);
        memory.writeI32(info + 16, length);
        memory.writeI32(info + 20, socket);
        memory.writeI32((int) a[3], info);
        return 0;
    }
}
