package dev.culvert.load.pglite;

import java.util.Arrays;
import java.util.Locale;

/** What several rounds measured. */
record Samples(double median, double least, double most) {
    static Samples of(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return new Samples(sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1]);
    }

    /** Median and range, with three digits that say something. */
    @Override
    public String toString() {
        return "%s (%s–%s)".formatted(number(median), number(least), number(most));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.1f" : "%.0f", value);
    }
}
