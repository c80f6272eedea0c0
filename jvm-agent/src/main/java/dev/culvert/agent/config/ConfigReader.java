package dev.culvert.agent.config;

import dev.culvert.agent.config.ConfigFile.Scalar;
import dev.culvert.agent.config.ConfigFile.Written;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the configuration: flags count most, then the environment, the file, the defaults. */
public final class ConfigReader {
    /** What environment variables of settings begin with. */
    static final String PREFIX = "CULVERT_";

    /** Names the file when no flag does. */
    public static final String FILE_VARIABLE = PREFIX + "CONFIG";

    /** What Kubernetes sets in every container for a Service whose name begins with "culvert". */
    private static final Pattern SERVICE_LINK =
            Pattern.compile(
                    "CULVERT_.*?(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT_\\d+_(TCP|UDP|SCTP).*)");

    /** The same for one that is called like a section: the setting's name, another meaning. */
    private static final Pattern SERVICE_URL = Pattern.compile("(tcp|udp|sctp)://.*");

    private final Values.Builder values = new Values.Builder();
    private final List<String> problems = new ArrayList<>();

    private ConfigReader() {}

    /**
     * Reads everything.
     *
     * @param file the file, or null for none
     * @param flags what was said on the command line, by flag
     * @throws ConfigException with all that is wrong in itself; what does not go together comes out
     *     when {@link RelayConfig} is made
     */
    public static Values read(
            @Nullable Path file, Map<String, String> environment, Map<String, List<String>> flags) {
        ConfigReader reader = new ConfigReader();
        if (file != null) {
            reader.readFile(file);
        }
        reader.readEnvironment(environment);
        reader.readFlags(flags);
        if (!reader.problems.isEmpty()) {
            throw new ConfigException(reader.problems);
        }
        return reader.values.build();
    }

    private void readFile(Path file) {
        ConfigFile.read(file, problems)
                .forEach((key, written) -> {
                    Source source = new Source.InFile(file, written.line());
                    Catalogue.find(key)
                            .ifPresentOrElse(
                                    setting -> fromFile(setting, written, file),
                                    () -> problems.add(source + ": " + Catalogue.unknown(key)));
                });
    }

    private void fromFile(Setting<?> setting, Written written, Path file) {
        SettingType<?> type = setting.type();
        if (written.isList() && !type.isList()) {
            problems.add(
                    new Source.InFile(file, written.line())
                            + ": "
                            + setting.key()
                            + " is one value, no list");
            return;
        }
        for (Scalar scalar : written.values()) {
            if (!type.kinds().contains(scalar.kind())) {
                problems.add(
                        problem(setting, scalar.text(), new Source.InFile(file, scalar.line()))
                                + hint(type, scalar));
                return;
            }
        }
        put(
                setting,
                written.values().stream().map(Scalar::text).toList(),
                new Source.InFile(file, written.line()));
    }

    private static String hint(SettingType<?> type, Scalar scalar) {
        return type.kinds().contains(SettingType.Kind.TEXT)
                ? " (put it into quotes)"
                : scalar.kind() == SettingType.Kind.TEXT && !scalar.text().isEmpty()
                        ? " (write it without quotes)"
                        : "";
    }

    private void readEnvironment(Map<String, String> environment) {
        Map<String, Setting<?>> known = new TreeMap<>();
        Catalogue.settings().forEach(setting -> known.put(setting.variable(), setting));
        new TreeMap<>(environment)
                .forEach((name, value) -> {
                    Setting<?> setting = known.get(name);
                    if (setting != null) {
                        if (!SERVICE_URL.matcher(value).matches()) {
                            put(setting, split(setting, value), new Source.Variable(name));
                        }
                    } else if (isMisspelt(name, known)) {
                        problems.add(
                                name
                                        + " is no setting"
                                        + Nearest.to(name, known.keySet())
                                                .map(nearest -> "; did you mean " + nearest + "?")
                                                .orElse(""));
                    }
                });
    }

    /**
     * Others have variables with this prefix, too: the agent, the launcher, Kubernetes. So only
     * what looks like a setting is taken for one.
     */
    private static boolean isMisspelt(String name, Map<String, Setting<?>> known) {
        return name.startsWith(PREFIX)
                && !name.equals(FILE_VARIABLE)
                && !SERVICE_LINK.matcher(name).matches()
                && (Catalogue.isSectionVariable(name)
                        || known.keySet().stream()
                                .anyMatch(setting -> Nearest.distance(name, setting) <= 2));
    }

    private void readFlags(Map<String, List<String>> flags) {
        for (Setting<?> setting : Catalogue.settings()) {
            List<String> texts = flags.get(setting.flag());
            if (texts != null) {
                put(
                        setting,
                        texts.stream().flatMap(text -> split(setting, text).stream()).toList(),
                        new Source.Flag(setting.flag()));
            }
        }
    }

    private static List<String> split(Setting<?> setting, String text) {
        return setting.type().isList()
                ? Arrays.stream(text.split(",", -1))
                        .map(String::strip)
                        .filter(part -> !part.isEmpty())
                        .toList()
                : List.of(text);
    }

    private void put(Setting<?> setting, List<String> texts, Source source) {
        try {
            values.put(setting, setting.type().parse(texts), source);
        } catch (IllegalArgumentException | ArithmeticException e) {
            problems.add(problem(setting, String.join(",", texts), source));
        }
    }

    private static String problem(Setting<?> setting, String text, Source source) {
        return source
                + ": "
                + (source instanceof Source.InFile ? setting.key() + ": " : "")
                + (setting.secret() ? "the value" : "\"" + text + "\"")
                + " is not "
                + setting.type().meant();
    }
}
