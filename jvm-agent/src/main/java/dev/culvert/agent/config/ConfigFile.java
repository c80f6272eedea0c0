package dev.culvert.agent.config;

import dev.culvert.agent.config.SettingType.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Reads a YAML 1.2 file of sections into keys with dots, and says where each one stands. */
final class ConfigFile {
    /** Most bytes of a file: far more than all settings take. */
    private static final int MAX_BYTES = 1_024 * 1_024;

    /** A value as it is written; one text, or those of a list. */
    record Written(List<Scalar> values, boolean isList, int line) {}

    record Scalar(String text, Kind kind, int line) {}

    private final Path file;
    private final Map<String, Written> found = new LinkedHashMap<>();
    private final List<String> problems;

    private ConfigFile(Path file, List<String> problems) {
        this.file = file;
        this.problems = problems;
    }

    /**
     * Reads a file.
     *
     * @param problems what is wrong with it is added here
     */
    static Map<String, Written> read(Path file, List<String> problems) {
        ConfigFile reading = new ConfigFile(file, problems);
        try {
            reading.read();
        } catch (NoSuchFileException e) {
            problems.add(file + ": there is no such file");
        } catch (IOException e) {
            problems.add(file + ": it cannot be read: " + e.getMessage());
        } catch (MarkedYamlEngineException e) {
            problems.add(
                    e.getProblemMark().map(reading::at).orElse(file.toString())
                            + ": this is no YAML: "
                            + e.getProblem());
        } catch (YamlEngineException e) {
            problems.add(file + ": this is no YAML: " + e.getMessage());
        }
        return reading.found;
    }

    private void read() throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException("it has more than " + MAX_BYTES + " bytes");
        }
        Optional<Node> root =
                new Compose(LoadSettings.builder().setUseMarks(true).build())
                        .composeString(Files.readString(file));
        if (root.isEmpty()) {
            return;
        }
        if (root.get() instanceof MappingNode sections) {
            readSection("", sections);
        } else {
            problems.add(at(root.get()) + ": the file is to have sections, such as \"tunnels:\"");
        }
    }

    private void readSection(String prefix, MappingNode section) {
        for (NodeTuple entry : section.getValue()) {
            if (!(entry.getKeyNode() instanceof ScalarNode keyNode)) {
                problems.add(at(entry.getKeyNode()) + ": this is no key");
                continue;
            }
            String key = prefix + keyNode.getValue();
            if (entry.getValueNode() instanceof MappingNode deeper) {
                if (Catalogue.isSection(key)) {
                    readSection(key + ".", deeper);
                } else {
                    problems.add(at(keyNode) + ": " + Catalogue.unknown(key));
                }
                continue;
            }
            if (Catalogue.isSection(key)) {
                if (!isNull(entry.getValueNode())) {
                    problems.add(at(keyNode) + ": " + key + " is a section of settings, no value");
                }
                continue;
            }
            Written before = found.get(key);
            if (before != null) {
                problems.add(
                        at(keyNode) + ": " + key + " stands in line " + before.line() + ", too");
                continue;
            }
            readValue(key, entry.getValueNode(), line(keyNode));
        }
    }

    private void readValue(String key, Node node, int line) {
        switch (node) {
            case ScalarNode scalar when isNull(scalar) -> {
                // as if it were not there: what a template leaves of an empty value
            }
            case ScalarNode scalar ->
                    found.put(key, new Written(List.of(scalar(scalar)), false, line));
            case SequenceNode sequence -> {
                List<Scalar> values = new ArrayList<>();
                for (Node element : sequence.getValue()) {
                    if (element instanceof ScalarNode scalar) {
                        values.add(scalar(scalar));
                    } else {
                        problems.add(at(element) + ": " + key + " is a list of single values");
                    }
                }
                found.put(key, new Written(List.copyOf(values), true, line));
            }
            default -> problems.add(at(node) + ": " + key + " is to be a value");
        }
    }

    private static Scalar scalar(ScalarNode node) {
        Tag tag = node.getTag();
        Kind kind =
                tag.equals(Tag.BOOL)
                        ? Kind.BOOLEAN
                        : tag.equals(Tag.INT) || tag.equals(Tag.FLOAT) ? Kind.NUMBER : Kind.TEXT;
        return new Scalar(node.getValue(), kind, line(node));
    }

    private static boolean isNull(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    private String at(Node node) {
        return file + " line " + line(node);
    }

    private String at(Mark mark) {
        return file + " line " + (mark.getLine() + 1);
    }

    private static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }
}
