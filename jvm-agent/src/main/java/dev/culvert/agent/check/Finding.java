package dev.culvert.agent.check;

import java.util.Optional;

/**
 * What one step has shown.
 *
 * @param what the step
 * @param text what came of it
 * @param advice what to do about it
 */
public record Finding(Verdict verdict, String what, String text, Optional<String> advice) {
    /** How good that is. */
    public enum Verdict {
        /** As it should be. */
        GOOD("ok"),
        /** It works, and will not for ever. */
        DOUBTFUL("warn"),
        /** In the way of an agent. */
        BAD("FAIL");

        private final String word;

        Verdict(String word) {
            this.word = word;
        }

        /** What a person reads. */
        public String word() {
            return word;
        }
    }

    static Finding good(String what, String text) {
        return new Finding(Verdict.GOOD, what, text, Optional.empty());
    }

    static Finding doubtful(String what, String text, String advice) {
        return new Finding(Verdict.DOUBTFUL, what, text, Optional.of(advice));
    }

    static Finding bad(String what, String text, String advice) {
        return new Finding(Verdict.BAD, what, text, Optional.of(advice));
    }
}
