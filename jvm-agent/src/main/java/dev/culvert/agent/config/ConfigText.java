package dev.culvert.agent.config;

import java.util.List;

/** Writes a configuration as a file that could be read again, with where each value is from. */
final class ConfigText {
    private final Values values;
    private final StringBuilder text = new StringBuilder();

    private ConfigText(Values values) {
        this.values = values;
    }

    /** The file. Secrets are masked. */
    static String of(Values values) {
        ConfigText writing = new ConfigText(values);
        List<Section> sections = Catalogue.sections();
        sections.forEach(writing::section);
        return writing.text.toString();
    }

    private void section(Section section) {
        String indent = "";
        if (!section.name().isEmpty()) {
            // a section of a section comes after the settings of the outer one
            int depth = (int) section.name().chars().filter(c -> c == '.').count();
            indent = "  ".repeat(depth + 1);
            text.append("  ".repeat(depth))
                    .append(section.name().substring(section.name().lastIndexOf('.') + 1))
                    .append(":\n");
        }
        for (Setting<?> setting : section.settings()) {
            String line =
                    values.shown(setting)
                            .map(shown -> setting.name() + ": " + shown)
                            .orElse("# " + setting.name() + ": " + setting.defaultText());
            text.append(indent)
                    .append(line)
                    .append("  # ")
                    .append(values.source(setting))
                    .append('\n');
        }
    }
}
