package dev.culvert.load.report;

/**
 * What a figure came to, and what it should be.
 *
 * @param what the load, and what it ran against
 * @param figure what was measured, with its unit
 */
public record Goal(String what, String figure, double value, Bound bound, double limit) {
    /** Which side of a limit is good. */
    public enum Bound {
        AT_MOST("at most"),
        AT_LEAST("at least");

        private final String label;

        Bound(String label) {
            this.label = label;
        }

        /** For tables. */
        public String label() {
            return label;
        }
    }

    /** At most 1 if the goal is met. */
    public double ratio() {
        return bound == Bound.AT_MOST ? value / limit : limit / value;
    }

    /** Whether it is reached. */
    public boolean holds() {
        return ratio() <= 1;
    }
}
