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
            return number(values.getFirst());
        }
        return "%s (%s–%s)"
                .formatted(number(median()), number(values.getFirst()), number(values.getLast()));
    }

    /** With the digits that say something. */
    static String number(double value) {
        double size = Math.abs(value);
        if (size == Math.rint(size) && size < 1e6) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        return String.format(Locale.ROOT, size < 10 ? "%.2f" : size < 100 ? "%.1f" : "%.0f", value);
    }
}
