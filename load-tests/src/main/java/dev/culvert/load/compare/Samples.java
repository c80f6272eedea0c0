package dev.culvert.load.compare;

import java.util.List;
import java.util.Locale;

/** Values of one figure, one for each round, in order of size. */
record Samples(List<Double> values) {
    /** Sorts values, of which there is one at least. */
    static Samples of(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("no values");
        }
        return new Samples(values.stream().sorted().toList());
    }

    double median() {
        int middle = values.size() / 2;
        return values.size() % 2 == 1
                ? values.get(middle)
                : (values.get(middle - 1) + values.get(middle)) / 2;
    }

    /** The median, and from where to where the values go. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%.1f (%.1f to %.1f)", median(), values.getFirst(), values.getLast());
    }
}
