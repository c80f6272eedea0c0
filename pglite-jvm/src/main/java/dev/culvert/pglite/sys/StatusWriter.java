package dev.culvert.pglite.sys;

import dev.culvert.pglite.fs.FileStatus;
import dev.culvert.pglite.wasm.LinearMemory;

/** C's {@code struct stat}, {@code struct statfs} and {@code struct tm}. */
final class StatusWriter {
    private static final int BLOCK = 4096;

    private StatusWriter() {}

    static void status(LinearMemory memory, int address, FileStatus status) {
        memory.fill((byte) 0, address, address + 96);
        memory.writeI32(address, 1);
        memory.writeI32(address + 4, status.mode());
        memory.writeI32(address + 8, status.links());
        memory.writeLong(address + 24, status.size());
        memory.writeI32(address + 32, BLOCK);
        memory.writeI32(address + 36, (int) ((status.size() + 511) / 512));
        for (int time = address + 40; time <= address + 72; time += 16) {
            memory.writeLong(time, Math.floorDiv(status.modified(), 1000));
            memory.writeI32(time + 8, Math.floorMod(status.modified(), 1000) * 1_000_000);
        }
        memory.writeLong(address + 88, status.inode());
    }

    static void fileSystem(LinearMemory memory, int address) {
        memory.fill((byte) 0, address, address + 88);
        memory.writeI32(address + 4, BLOCK);
        memory.writeI32(address + 60, BLOCK);
        memory.writeLong(address + 8, 1_000_000);
        memory.writeLong(address + 16, 500_000);
        memory.writeLong(address + 24, 500_000);
        memory.writeI32(address + 56, 255);
    }
}
