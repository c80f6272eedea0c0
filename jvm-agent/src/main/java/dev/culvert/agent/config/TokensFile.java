package dev.culvert.agent.config;

import dev.culvert.relay.policy.Grant;
import dev.culvert.relay.policy.NamePattern;
import dev.culvert.relay.policy.TokenEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * The file of {@code access.tokens}: a list {@code tokens}, and {@code reserved}, subjects by name.
 *
 * @param reserved subjects by name, or the beginning of one
 */
record TokensFile(List<TokenEntry> tokens, Map<NamePattern, String> reserved) {
    private static final int MAX_BYTES = 4 * 1_024 * 1_024;
    private static final Pattern NAME = Pattern.compile("[A-Za-z]{1,12}");
    private static final Set<String> MODES = Set.of("exclusive", "queue");

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException says what is wrong, and in which line; nothing of a token
     */
    static TokensFile read(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IllegalArgumentException(
                        "access.tokens: " + file + " has more than " + MAX_BYTES + " bytes");
            }
            return new Reading(file).read(Files.readString(file));
        } catch (IOException e) {
            throw new IllegalArgumentException("access.tokens: " + file + " cannot be read", e);
        } catch (YamlEngineException e) {
            // the parser's own message may show a part of the file
            throw new IllegalArgumentException("access.tokens: " + file + " is no YAML", e);
        }
    }

    private record Reading(Path file) {
        TokensFile read(String text) {
            List<TokenEntry> tokens = new ArrayList<>();
            Map<NamePattern, String> reserved = new LinkedHashMap<>();
            Optional<Node> root =
                    new Compose(LoadSettings.builder().setUseMarks(true).build())
                            .composeString(text);
            if (root.isPresent()) {
                Map<String, Node> sections = map(root.get(), Set.of("tokens", "reserved"));
                Node list = sections.get("tokens");
                if (list != null) {
                    sequence(list).forEach(entry -> tokens.add(token(entry)));
                }
                Node names = sections.get("reserved");
                if (names != null) {
                    map(names, null)
                            .forEach((name, subject) ->
                                    reserved.put(pattern(name, subject), scalar(subject)));
                }
            }
            return new TokensFile(List.copyOf(tokens), reserved);
        }

        private TokenEntry token(Node entry) {
            Map<String, Node> fields =
                    map(
                            entry,
                            Set.of("subject", "sha256", "names", "tunnels", "modes", "lifetime"));
            Node subject = fields.get("subject");
            Node hash = fields.get("sha256");
            if (subject == null || hash == null) {
                throw wrong(entry, "a token has a subject and a sha256");
            }
            Node tunnels = fields.get("tunnels");
            Node lifetime = fields.get("lifetime");
            try {
                return new TokenEntry(
                        scalar(hash),
                        new Grant(
                                scalar(subject),
                                texts(fields.get("names")).stream().map(NamePattern::new).toList(),
                                tunnels == null
                                        ? OptionalInt.empty()
                                        : OptionalInt.of(number(tunnels)),
                                modes(fields.get("modes")),
                                lifetime == null
                                        ? Optional.empty()
                                        : Optional.of(duration(lifetime))));
            } catch (IllegalArgumentException e) {
                throw e instanceof Wrong ? e : wrong(entry, String.valueOf(e.getMessage()));
            }
        }

        private Set<String> modes(@Nullable Node node) {
            List<String> modes = texts(node);
            for (String mode : modes) {
                if (node != null && !MODES.contains(mode)) {
                    throw wrong(node, "modes are exclusive and queue");
                }
            }
            return Set.copyOf(modes);
        }

        private int number(Node node) {
            try {
                return Integer.parseInt(scalar(node));
            } catch (NumberFormatException e) {
                throw wrong(node, "that is to be a number");
            }
        }

        private Duration duration(Node node) {
            try {
                return SettingType.SECONDS.parse(List.of(scalar(node)));
            } catch (IllegalArgumentException | ArithmeticException e) {
                throw wrong(node, "that is to be " + SettingType.SECONDS.meant());
            }
        }

        private NamePattern pattern(String name, Node place) {
            try {
                return new NamePattern(name);
            } catch (IllegalArgumentException e) {
                throw wrong(place, String.valueOf(e.getMessage()));
            }
        }

        private List<String> texts(@Nullable Node node) {
            if (node == null) {
                return List.of();
            }
            List<Node> elements = sequence(node);
            if (elements.isEmpty()) {
                // nothing at all would mean everything
                throw wrong(node, "the list is empty; leave it out for no limit");
            }
            return elements.stream().map(this::scalar).toList();
        }

        private List<Node> sequence(Node node) {
            if (node instanceof SequenceNode list) {
                return list.getValue();
            }
            throw wrong(node, "that is to be a list");
        }

        /** Fields by name; any name when there are no known ones. */
        private Map<String, Node> map(Node node, @Nullable Set<String> known) {
            if (!(node instanceof MappingNode mapping)) {
                throw wrong(node, "that is to have fields");
            }
            Map<String, Node> fields = new LinkedHashMap<>();
            for (NodeTuple tuple : mapping.getValue()) {
                String name = scalar(tuple.getKeyNode());
                if (known != null && !known.contains(name)) {
                    throw wrong(
                            tuple.getKeyNode(),
                            // what is no name may be a token in the wrong place
                            (NAME.matcher(name).matches()
                                            ? "there is no " + name + " here, only "
                                            : "here is only ")
                                    + String.join(", ", known));
                }
                if (fields.put(name, tuple.getValueNode()) != null) {
                    throw wrong(tuple.getKeyNode(), name + " is there twice");
                }
            }
            return fields;
        }

        private String scalar(Node node) {
            if (node instanceof ScalarNode scalar) {
                return scalar.getValue();
            }
            throw wrong(node, "that is to be a single value");
        }

        private Wrong wrong(Node node, String message) {
            int line = node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
            return new Wrong("access.tokens: " + file + " line " + line + ": " + message);
        }
    }

    private static final class Wrong extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        Wrong(String message) {
            super(message);
        }
    }
}
