package dev.culvert.relay.admin;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A number that the relay keeps.
 *
 * @param name as in docs/observability.md
 * @param labels such as {@code to="client"}, or empty
 * @param statistic such as {@code count}, {@code value} or {@code max}
 */
public record Statistic(String name, String labels, String statistic, String value) {
    private static final String PREFIX = "culvert.";

    /** What the format of Prometheus ends counters with. */
    private static final String TOTAL = "_total";

    /** Digits that are worth showing. */
    private static final MathContext DIGITS = new MathContext(6);

    /** Those that are not 0, by name and labels. */
    static List<Statistic> of(MeterRegistry meters) {
        return meters.getMeters().stream()
                .filter(meter -> meter.getId().getName().startsWith(PREFIX))
                .flatMap(meter -> of(meter, meters))
                .sorted(
                        Comparator.comparing(Statistic::name)
                                .thenComparing(Statistic::labels)
                                .thenComparing(Statistic::statistic))
                .toList();
    }

    private static Stream<Statistic> of(Meter meter, MeterRegistry meters) {
        String name =
                meter.getId().getConventionName(meters.config().namingConvention())
                        + (meter instanceof Counter ? TOTAL : "");
        String labels =
                meter.getId().getTags().stream()
                        .map(tag -> tag.getKey() + "=\"" + tag.getValue() + '"')
                        .collect(Collectors.joining(","));
        return StreamSupport.stream(meter.measure().spliterator(), false)
                .filter(measurement -> isWorthShowing(measurement.getValue()))
                .map(measurement -> of(name, labels, measurement));
    }

    private static Statistic of(String name, String labels, Measurement measurement) {
        return new Statistic(
                name,
                labels,
                measurement.getStatistic().getTagValueRepresentation(),
                shown(measurement.getValue()));
    }

    private static boolean isWorthShowing(double value) {
        return Double.isFinite(value) && value != 0;
    }

    private static String shown(double value) {
        BigDecimal exact = BigDecimal.valueOf(value);
        return (exact.stripTrailingZeros().scale() <= 0 ? exact : exact.round(DIGITS))
                .stripTrailingZeros()
                .toPlainString();
    }
}
