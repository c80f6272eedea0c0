package dev.culvert.agent.config;

import java.util.List;

/**
 * Settings that belong together.
 *
 * @param name what their keys begin with, or empty for those at the top
 * @param doc what they are about
 */
record Section(String name, String doc, List<Setting<?>> settings) {
    Section {
        settings = List.copyOf(settings);
    }

    static Section of(String name, String doc, Setting<?>... settings) {
        return new Section(name, doc, List.of(settings));
    }
}
