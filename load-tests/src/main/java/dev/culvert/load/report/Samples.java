package dev.culvert.load.report;

import java.util.List;
import java.util.Locale;

/** Values of one figure, one for each round, in order of size. */
public record Samples(List<Double> values) {
    /** Sorts values, of which there is one at least. */
    public static Samples of(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("no values");
        }
        return new Samples(values.stream().sorted().toList());
    }

    /** The one in the middle, or between the two there. */
    public double median() {
        int middle = values.size() / 2;
        return values.size() % 2 == 1
                ? values.get(middle)
                : (values.get(middle - 1) + values.get(middle)) / 2;
    }

    /** The median, and from where to where the values go, if there are several. */
    @Override
    public String toString() {
        if (values.size() == 1) {
            return String.format(Locale.ROOT, "%.1f", values.getFirst());
        }
        return String.format(
                Locale.ROOT, "%.1f (%.1f to %.1f)", median(), values.getFirst(), values.getLast());
    }
}
