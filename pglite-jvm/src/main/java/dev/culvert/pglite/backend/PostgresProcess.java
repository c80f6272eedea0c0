package dev.culvert.pglite.backend;

import dev.culvert.pglite.fs.MountTable;
import dev.culvert.pglite.linker.DynamicLinker;
import dev.culvert.pglite.sys.Kernel;
import dev.culvert.pglite.wasm.CompiledModules;
import dev.culvert.pglite.wasm.HostCall;
import dev.culvert.pglite.wasm.LinearMemory;
import dev.culvert.pglite.wasm.Program;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Postgres' program in a process of its own, not yet running. */
public final class PostgresProcess {
    private static final int INITIAL_PAGES = 3072;
    private static final int MAXIMUM_PAGES = 32768;
    private static final int LOG_LIMIT = 64 * 1024;
    private static final String EXECUTABLE = "/pglite/bin/postgres";

    private final Program program;
    private final Kernel kernel;
    private final Timers timers;
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();

    /** Instantiates the program over these files. */
    public PostgresProcess(MountTable files) {
        this.kernel = new Kernel(files, environment(), this::log);
        DynamicLinker linker = new DynamicLinker(files);
        Map<String, HostCall> functions = kernel.functions();
        linker.register(functions);
        LinearMemory memory = new LinearMemory(INITIAL_PAGES, MAXIMUM_PAGES);
        this.timers = new Timers(memory);
        functions.put("_setitimer_js", timers::set);
        this.program = new Program(CompiledModules.program("postgres"), memory, functions);
        kernel.attach(program);
        linker.attach(program);
        timers.attach(program);
        program.call("__wasm_call_ctors");
        setCommandCallbacks();
    }

    private static Map<String, String> environment() {
        Map<String, String> variables = new TreeMap<>();
        variables.put("HOME", "/home/postgres");
        variables.put("USER", "postgres");
        variables.put("LOGNAME", "postgres");
        variables.put("PGDATA", "/pglite/data");
        variables.put("PGUSER", "postgres");
        variables.put("PGDATABASE", "postgres");
        variables.put("LANG", "en_US.UTF-8");
        variables.put("LC_COLLATE", "en_US.UTF-8");
        variables.put("LC_CTYPE", "en_US.UTF-8");
        variables.put("TZ", "UTC");
        variables.put("PGTZ", "UTC");
        variables.put("PGCLIENTENCODING", "UTF8");
        variables.put("ICU_DATA", "/pglite/icu");
        variables.put("PATH", "/");
        variables.put("PWD", "/");
        variables.put("_", EXECUTABLE);
        return variables;
    }

    /** Commands that Postgres runs: none, but the list of locales is a file. */
    private void setCommandCallbacks() {
        int first =
                program.addCallbacks(
                        List.of(
                                a -> 1,
                                a -> openCommand(string(a[0]), string(a[1])),
                                a -> program.call("fclose", a[0])),
                        List.of(1, 2, 1));
        program.call("pgl_set_system_fn", first);
        program.call("pgl_set_popen_fn", first + 1);
        program.call("pgl_set_pclose_fn", first + 2);
    }

    private String string(long address) {
        return program.memory().string((int) address);
    }

    private long openCommand(String command, String mode) {
        if (!command.startsWith("locale -a") || !mode.equals("r")) {
            return 0;
        }
        int stack = program.stackSave();
        try {
            return program.call(
                    "fopen", program.stackString("/pglite/locale-a"), program.stackString(mode));
        } finally {
            program.stackRestore(stack);
        }
    }

    private void log(byte[] text) {
        if (log.size() > LOG_LIMIT) {
            log.reset();
        }
        log.writeBytes(text);
    }

    /** What Postgres has written to its standard error and output; the last of it. */
    public String logText() {
        return log.toString(StandardCharsets.UTF_8);
    }

    /** Runs {@code main} with these arguments, and returns its status. */
    public int main(List<String> arguments) {
        List<String> all = new ArrayList<>(arguments);
        all.addFirst(EXECUTABLE);
        return program.main(all);
    }

    public Program program() {
        return program;
    }

    public Kernel kernel() {
        return kernel;
    }

    Timers timers() {
        return timers;
    }
}
