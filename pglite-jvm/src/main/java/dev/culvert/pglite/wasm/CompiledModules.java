package dev.culvert.pglite.wasm;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;
import run.endive.wasm.WasmModule;

/** The modules that were compiled when this library was built. */
public final class CompiledModules {
    private static final String PACKAGE = "dev.culvert.pglite.module";
    private static final Map<String, CompiledModule> LOADED = new ConcurrentHashMap<>();
    private static final Map<String, String> INDEX = readIndex();

    private CompiledModules() {}

    /** A module without code, and what makes the machine that runs its compiled code. */
    public record CompiledModule(WasmModule module, Function<Instance, Machine> machines) {}

    /** One of the programs, {@code postgres} or {@code initdb}. */
    public static CompiledModule program(String name) {
        return load(
                Optional.ofNullable(INDEX.get(name))
                        .orElseThrow(() -> new IllegalStateException("no module " + name)));
    }

    /** The side module with exactly this content, if it was there when the library was built. */
    public static Optional<CompiledModule> side(byte[] content) {
        return Optional.ofNullable(INDEX.get(sha256(content))).map(CompiledModules::load);
    }

    /** A resource that was written together with the modules; null where there is none. */
    public static InputStream resource(String name) {
        InputStream in =
                CompiledModules.class.getResourceAsStream(
                        "/" + PACKAGE.replace('.', '/') + "/" + name);
        if (in == null) {
            throw new IllegalStateException("the library was packaged without " + name);
        }
        return in;
    }

    private static CompiledModule load(String name) {
        return LOADED.computeIfAbsent(name, CompiledModules::read);
    }

    private static CompiledModule read(String name) {
        try (InputStream meta = resource(name + ".meta")) {
            byte[] bytes = meta.readAllBytes();
            WasmModule module = ModuleDescription.read(bytes);
            Class<?> machine = Class.forName(PACKAGE + "." + name);
            MethodHandle constructor =
                    MethodHandles.publicLookup()
                            .findConstructor(
                                    machine, MethodType.methodType(void.class, Instance.class))
                            .asType(MethodType.methodType(Machine.class, Instance.class));
            return new CompiledModule(module, instance -> create(constructor, instance));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("module " + name, e);
        }
    }

    private static Machine create(MethodHandle constructor, Instance instance) {
        try {
            return (Machine) constructor.invokeExact(instance);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, String> readIndex() {
        Map<String, String> index = new HashMap<>();
        try (BufferedReader reader =
                new BufferedReader(
                        new InputStreamReader(resource("modules.index"), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                int space = line.indexOf(' ');
                index.put(line.substring(0, space), line.substring(space + 1));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return index;
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
