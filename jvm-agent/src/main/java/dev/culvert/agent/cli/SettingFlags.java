package dev.culvert.agent.cli;

import dev.culvert.agent.config.Catalogue;
import dev.culvert.agent.config.ConfigReader;
import dev.culvert.agent.config.Setting;
import dev.culvert.agent.config.Values;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Gives a command the flag of every setting of a relay. */
final class SettingFlags implements IModelTransformer {
    @Override
    public CommandSpec transform(CommandSpec command) {
        for (Setting<?> setting : Catalogue.settings()) {
            OptionSpec.Builder option =
                    OptionSpec.builder(setting.flag())
                            .paramLabel(setting.type().label())
                            .type(List.class)
                            .auxiliaryTypes(String.class)
                            .description(setting.doc() + " (" + setting.defaultText() + ")");
            command.addOption(
                    (setting.isSwitch()
                                    ? option.arity("0..1").fallbackValue("true")
                                    : option.arity("1"))
                            .build());
        }
        return command;
    }

    /**
     * Reads the settings.
     *
     * @param command whose arguments were parsed
     * @param file the configuration file, or null for none
     */
    static Values read(CommandSpec command, @Nullable Path file, Map<String, String> environment) {
        return ConfigReader.read(file, environment, given(command));
    }

    private static Map<String, List<String>> given(CommandSpec command) {
        Map<String, List<String>> flags = new HashMap<>();
        for (ArgSpec argument : command.commandLine().getParseResult().matchedArgs()) {
            if (argument instanceof OptionSpec option) {
                flags.put(option.longestName(), option.stringValues());
            }
        }
        return flags;
    }
}
