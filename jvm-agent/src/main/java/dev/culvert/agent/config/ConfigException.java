package dev.culvert.agent.config;

import java.util.List;

/** A configuration that makes no sense. Says everything that is wrong with it, and no secret. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    /** With all that is wrong: a sentence each. */
    public ConfigException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    /** What is wrong: a sentence each. */
    public List<String> problems() {
        return problems;
    }
}
