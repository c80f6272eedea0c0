package dev.culvert.pglite.sys;

import dev.culvert.pglite.fs.Errno;
import dev.culvert.pglite.fs.MountTable;
import dev.culvert.pglite.fs.OpenFile;
import dev.culvert.pglite.fs.Paths;
import dev.culvert.pglite.wasm.HostCall;
import dev.culvert.pglite.wasm.LinearMemory;
import dev.culvert.pglite.wasm.Program;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One process: its descriptors, working directory, environment, and the functions that its program
 * imports. Used by the program's thread.
 */
public final class Kernel {
    private static final int MAX_DESCRIPTORS = 4096;
    private static final int CURRENT_DIRECTORY = -100;

    final MountTable files;
    final Map<String, String> environment;
    final Consumer<byte[]> output;
    String workingDirectory = "/";
    int umask = 022;
    private final @Nullable Stream[] descriptors = new Stream[MAX_DESCRIPTORS];
    private @Nullable Program program;

    /**
     * A process without a program.
     *
     * @param output takes what the program writes to its standard output and error
     */
    public Kernel(MountTable files, Map<String, String> environment, Consumer<byte[]> output) {
        this.files = files;
        this.environment = environment;
        this.output = output;
        for (String device : new String[] {"/dev/stdin", "/dev/stdout", "/dev/stderr"}) {
            add(Objects.requireNonNull(Streams.device(device, output)), 0);
        }
    }

    /** The functions that this process offers its program. */
    public Map<String, HostCall> functions() {
        Map<String, HostCall> functions = new HashMap<>();
        new PathCalls(this).register(functions);
        new DescriptorCalls(this).register(functions);
        new WasiCalls(this).register(functions);
        new TimeCalls(this).register(functions);
        new ProcessCalls(this).register(functions);
        new NetworkCalls(this).register(functions);
        return functions;
    }

    /** Sets the program, before it runs. */
    public void attach(Program newProgram) {
        this.program = newProgram;
    }

    public MountTable files() {
        return files;
    }

    Program program() {
        return Objects.requireNonNull(program, "no program");
    }

    LinearMemory memory() {
        return program().memory();
    }

    /** The absolute path of a path that a system call names. */
    String path(int directory, String path) {
        if (path.startsWith("/") || directory == CURRENT_DIRECTORY) {
            return Paths.normalize(workingDirectory, path);
        }
        if (stream(directory) instanceof Streams.Directory opened) {
            return Paths.normalize(opened.path, path);
        }
        throw Errno.ENOTDIR.exception();
    }

    Stream stream(long descriptor) {
        Stream stream = streamOrNull((int) descriptor);
        if (stream == null) {
            throw Errno.EBADF.exception();
        }
        return stream;
    }

    @Nullable Stream streamOrNull(int descriptor) {
        return descriptor < 0 || descriptor >= MAX_DESCRIPTORS ? null : descriptors[descriptor];
    }

    /** Gives the stream the lowest free descriptor from {@code least} on. */
    int add(Stream stream, int least) {
        for (int i = least; i < MAX_DESCRIPTORS; i++) {
            if (descriptors[i] == null) {
                stream.retain();
                descriptors[i] = stream;
                return i;
            }
        }
        throw Errno.EMFILE.exception();
    }

    /** Makes {@code target} refer to the stream, whatever it was before. */
    void replace(int target, Stream stream) {
        if (target < 0 || target >= MAX_DESCRIPTORS) {
            throw Errno.EBADF.exception();
        }
        stream.retain();
        Stream before = descriptors[target];
        descriptors[target] = stream;
        if (before != null) {
            before.release();
        }
    }

    void close(int descriptor) {
        Stream stream = stream(descriptor);
        descriptors[descriptor] = null;
        stream.release();
    }

    /** Lets a standard stream be a file, which is opened once, and emptied if it is written. */
    public void redirect(int descriptor, String path, boolean write) {
        MountTable.Location location = files.resolve(path, true);
        OpenFile file = location.system().open(location.path(), write, write, 0600);
        if (write) {
            file.truncate(0);
        }
        replace(descriptor, new Streams.Regular(file));
    }

    /** Takes over another process' standard input and output, with their positions. */
    public void inheritStandardStreams(Kernel parent) {
        replace(0, parent.stream(0));
        replace(1, parent.stream(1));
    }

    /** Closes everything, when the program has ended. */
    public void closeAll() {
        for (int i = 0; i < MAX_DESCRIPTORS; i++) {
            if (descriptors[i] != null) {
                close(i);
            }
        }
    }
}
