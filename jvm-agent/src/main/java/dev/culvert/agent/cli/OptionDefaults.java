package dev.culvert.agent.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Finds options that are not on the command line in the environment ({@code
 * CULVERT_QUEUE_TIMEOUT}), and else in the YAML file of {@code --config} ({@code queue-timeout:
 * 30}). Lists of the file, and texts with commas of the environment, are options that are given
 * several times.
 */
final class OptionDefaults implements IDefaultValueProvider {
    /** Names the YAML file. */
    static final String CONFIG = "--config";

    private static final String PREFIX = "CULVERT_";

    private final Map<String, String> environment;
    private @Nullable Map<String, String> file;

    /** Made by picocli. */
    OptionDefaults() {
        this(System.getenv());
    }

    OptionDefaults(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option)
                || option.versionHelp()
                || option.usageHelp()) {
            return null;
        }
        String key = key(option);
        String value = environment.get(PREFIX + key.toUpperCase(Locale.ROOT).replace('-', '_'));
        if (value != null && !value.isEmpty()) {
            return value;
        }
        return option.longestName().equals(CONFIG) ? null : file(option.command()).get(key);
    }

    private static String key(OptionSpec option) {
        return option.longestName().substring(2);
    }

    private Map<String, String> file(CommandSpec command) {
        Map<String, String> present = file;
        if (present == null) {
            Path path = command.findOption(CONFIG).getValue();
            String variable = environment.get(PREFIX + "CONFIG");
            if (path == null && variable != null && !variable.isEmpty()) {
                path = Path.of(variable);
            }
            present = path == null ? Map.of() : read(path, command);
            file = present;
        }
        return present;
    }

    private static Map<String, String> read(Path path, CommandSpec command) {
        Object root;
        try (Reader reader = Files.newBufferedReader(path)) {
            root = new Load(LoadSettings.builder().build()).loadFromReader(reader);
        } catch (NoSuchFileException e) {
            throw new ParameterException(command.commandLine(), path + ": no such file", e);
        } catch (IOException e) {
            throw new ParameterException(
                    command.commandLine(), path + " cannot be read: " + e.getMessage(), e);
        } catch (YamlEngineException e) {
            throw new ParameterException(
                    command.commandLine(), path + " is no YAML: " + e.getMessage(), e);
        }
        if (!(root instanceof Map<?, ?> entries)) {
            throw new ParameterException(
                    command.commandLine(), path + " is to have lines such as \"name: abc123\"");
        }
        Map<String, String> values = new LinkedHashMap<>();
        entries.forEach((key, value) -> {
            OptionSpec option = command.findOption("--" + key);
            if (option == null || option.longestName().equals(CONFIG)) {
                throw new ParameterException(
                        command.commandLine(),
                        path + ": \"" + key + "\" is no option of " + command.name());
            }
            values.put(String.valueOf(key), text(value));
        });
        return values;
    }

    private static String text(@Nullable Object value) {
        return value instanceof Iterable<?> list
                ? java.util.stream.StreamSupport.stream(list.spliterator(), false)
                        .map(String::valueOf)
                        .collect(Collectors.joining(","))
                : String.valueOf(value);
    }
}
