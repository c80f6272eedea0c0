package dev.culvert.pglite.initdb;

import dev.culvert.pglite.backend.BackendException;
import dev.culvert.pglite.backend.PostgresProcess;
import dev.culvert.pglite.fs.MountTable;
import dev.culvert.pglite.sys.Kernel;
import dev.culvert.pglite.wasm.CompiledModules;
import dev.culvert.pglite.wasm.HostCall;
import dev.culvert.pglite.wasm.Program;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Runs {@code initdb} on {@code /pglite/data}. It starts Postgres several times, and talks to it
 * through pipes; here each start is a program of its own in this thread, and the pipes are two
 * files that both sides keep open.
 */
public final class Initdb {
    private static final String EXECUTABLE = "/pglite/bin/initdb";
    private static final String POSTGRES = "/pglite/bin/postgres";
    private static final String TO_POSTGRES = "/pglite/pgstdin";
    private static final String FROM_POSTGRES = "/pglite/pgstdout";
    private static final List<String> ARGUMENTS =
            List.of(
                    EXECUTABLE,
                    "--allow-group-access",
                    "--encoding",
                    "UTF8",
                    "--locale=C.UTF-8",
                    "--locale-provider=libc",
                    "--auth=trust");

    private final MountTable files;
    private final Kernel postgresStreams;
    private final Program program;
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private long readEnd;
    private long writeEnd;
    private List<String> postponed = List.of();
    private int status;

    private Initdb(MountTable files) {
        this.files = files;
        this.postgresStreams = new Kernel(files, Map.of(), log::writeBytes);
        postgresStreams.redirect(0, TO_POSTGRES, false);
        postgresStreams.redirect(1, FROM_POSTGRES, true);

        Kernel kernel = new Kernel(files, environment(), log::writeBytes);
        Map<String, HostCall> functions = kernel.functions();
        this.program = new Program(CompiledModules.program("initdb"), null, functions);
        kernel.attach(program);
    }

    /** Fills the directory, or throws what initdb had to say. */
    public static void run(MountTable files) {
        Initdb initdb = new Initdb(files);
        initdb.prepare();
        int status = initdb.program.main(ARGUMENTS);
        initdb.postgresStreams.closeAll();
        if (status != 0) {
            throw new BackendException(
                    "initdb has failed with status "
                            + status
                            + "\n"
                            + initdb.log.toString(StandardCharsets.UTF_8));
        }
    }

    private static Map<String, String> environment() {
        Map<String, String> variables = new TreeMap<>();
        variables.put("PGDATA", "/pglite/data");
        variables.put("HOME", "/home/postgres");
        variables.put("USER", "postgres");
        variables.put("LOGNAME", "postgres");
        variables.put("ICU_DATA", "/pglite/icu");
        variables.put("LANG", "en_US.UTF-8");
        variables.put("TZ", "UTC");
        variables.put("PATH", "/");
        variables.put("PWD", "/");
        variables.put("_", EXECUTABLE);
        return variables;
    }

    private void prepare() {
        program.call("__wasm_call_ctors");
        int first =
                program.addCallbacks(
                        List.of(
                                a -> postgres(ShellWords.split(string(a[0]))),
                                a -> open(ShellWords.split(string(a[0])), string(a[1])),
                                this::close),
                        List.of(1, 2, 1));
        program.call("pgl_set_system_fn", first);
        program.call("pgl_set_popen_fn", first + 1);
        program.call("pgl_set_pclose_fn", first + 2);
        int stack = program.stackSave();
        readEnd =
                program.call("fopen", program.stackString(FROM_POSTGRES), program.stackString("r"));
        writeEnd =
                program.call("fopen", program.stackString(TO_POSTGRES), program.stackString("w"));
        program.stackRestore(stack);
    }

    private String string(long address) {
        return program.memory().string((int) address);
    }

    /** A command to read from has run before it is read; one to write to runs when it is closed. */
    private long open(List<String> command, String mode) {
        if (mode.equals("r")) {
            status = postgres(command);
            return readEnd;
        }
        postponed = command;
        return writeEnd;
    }

    private long close(long[] a) {
        if (a[0] != readEnd && a[0] != writeEnd) {
            return program.call("pclose", a[0]);
        }
        if (!postponed.isEmpty()) {
            List<String> command = postponed;
            postponed = List.of();
            program.call("fflush", writeEnd);
            status = postgres(command);
        }
        return status;
    }

    private int postgres(List<String> command) {
        if (!command.getFirst().equals(POSTGRES)) {
            throw new BackendException("initdb wants to run " + command);
        }
        PostgresProcess process = new PostgresProcess(files);
        process.kernel().inheritStandardStreams(postgresStreams);
        int result = process.main(command.subList(1, command.size()));
        process.program().call("fflush", 0);
        process.kernel().closeAll();
        log.writeBytes(process.logText().getBytes(StandardCharsets.UTF_8));
        return result;
    }
}
