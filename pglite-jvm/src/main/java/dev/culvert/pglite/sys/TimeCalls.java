package dev.culvert.pglite.sys;

import dev.culvert.pglite.wasm.HostCall;
import dev.culvert.pglite.wasm.LinearMemory;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Map;

/** Emscripten's calls about time. The local time zone is UTC, as PGlite sets it. */
final class TimeCalls {
    private static final long STARTED = System.nanoTime();

    private final Kernel kernel;

    TimeCalls(Kernel kernel) {
        this.kernel = kernel;
    }

    void register(Map<String, HostCall> functions) {
        functions.put("_tzset_js", this::zone);
        functions.put("_localtime_js", a -> broken(a[0], (int) a[1]));
        functions.put("_gmtime_js", a -> broken(a[0], (int) a[1]));
        functions.put("_mktime_js", a -> whole((int) a[0]));
        functions.put(
                "emscripten_date_now",
                a -> Double.doubleToRawLongBits((double) System.currentTimeMillis()));
        functions.put(
                "emscripten_get_now",
                a -> Double.doubleToRawLongBits((System.nanoTime() - STARTED) / 1e6));
    }

    private long zone(long[] a) {
        kernel.memory().writeI32((int) a[0], 0);
        kernel.memory().writeI32((int) a[1], 0);
        byte[] name = "UTC\0".getBytes(StandardCharsets.US_ASCII);
        kernel.memory().write((int) a[2], name, 0, name.length);
        kernel.memory().write((int) a[3], name, 0, name.length);
        return 0;
    }

    private long broken(long seconds, int target) {
        LocalDateTime time;
        try {
            time = LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC);
        } catch (DateTimeException e) {
            return 1;
        }
        int[] fields = {
            time.getSecond(),
            time.getMinute(),
            time.getHour(),
            time.getDayOfMonth(),
            time.getMonthValue() - 1,
            time.getYear() - 1900,
            time.getDayOfWeek().getValue() % 7,
            time.getDayOfYear() - 1,
            0,
            0
        };
        for (int i = 0; i < fields.length; i++) {
            kernel.memory().writeI32(target + i * 4, fields[i]);
        }
        return 0;
    }

    private long whole(int source) {
        LinearMemory memory = kernel.memory();
        long seconds =
                LocalDateTime.of(memory.readInt(source + 20) + 1900, 1, 1, 0, 0)
                        .plusMonths(memory.readInt(source + 16))
                        .plusDays(memory.readInt(source + 12) - 1L)
                        .plusHours(memory.readInt(source + 8))
                        .plusMinutes(memory.readInt(source + 4))
                        .plusSeconds(memory.readInt(source))
                        .toEpochSecond(ZoneOffset.UTC);
        broken(seconds, source);
        return seconds;
    }
}
