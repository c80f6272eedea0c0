package dev.culvert.pglite.linker;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The section {@code dylink.0}: how much room a side module needs, and what else.
 *
 * @param memoryAlignment as a power of two
 * @param weakImports symbols that may stay undefined
 */
record DylinkSection(
        int memorySize,
        int memoryAlignment,
        int tableSize,
        List<String> needed,
        Set<String> weakImports) {
    private static final int HEADER = 8;

    /** Reads it; it has to be the module's first section. */
    static DylinkSection read(byte[] wasm) {
        Reader in = new Reader(wasm, HEADER);
        int section = in.next();
        int end = in.unsigned() + in.position;
        if (section != 0 || !in.name().equals("dylink.0")) {
            throw new LinkException("not a side module");
        }
        int memorySize = 0;
        int memoryAlignment = 0;
        int tableSize = 0;
        List<String> needed = new ArrayList<>();
        Set<String> weak = new HashSet<>();
        while (in.position < end) {
            int type = in.next();
            int size = in.unsigned();
            int next = in.position + size;
            switch (type) {
                case 1 -> {
                    memorySize = in.unsigned();
                    memoryAlignment = in.unsigned();
                    tableSize = in.unsigned();
                }
                case 2 -> {
                    for (int count = in.unsigned(); count > 0; count--) {
                        needed.add(in.name());
                    }
                }
                case 4 -> {
                    for (int count = in.unsigned(); count > 0; count--) {
                        in.name();
                        String symbol = in.name();
                        if ((in.unsigned() & 3) == 1) {
                            weak.add(symbol);
                        }
                    }
                }
                default -> {
                    // nothing that matters here
                }
            }
            in.position = next;
        }
        return new DylinkSection(
                memorySize, memoryAlignment, tableSize, List.copyOf(needed), Set.copyOf(weak));
    }

    private static final class Reader {
        private final byte[] bytes;
        private int position;

        Reader(byte[] bytes, int position) {
            this.bytes = bytes;
            this.position = position;
        }

        int next() {
            return bytes[position++] & 0xff;
        }

        int unsigned() {
            int result = 0;
            for (int shift = 0; ; shift += 7) {
                int part = next();
                result |= (part & 0x7f) << shift;
                if (part < 0x80) {
                    return result;
                }
            }
        }

        String name() {
            int length = unsigned();
            String name = new String(bytes, position, length, StandardCharsets.UTF_8);
            position += length;
            return name;
        }
    }
}
