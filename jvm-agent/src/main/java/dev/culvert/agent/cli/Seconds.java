package dev.culvert.agent.cli;

import java.math.BigDecimal;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a duration in seconds, such as {@code 30} or {@code 0.25}. */
final class Seconds implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String value) {
        try {
            return Duration.ofNanos(new BigDecimal(value).movePointRight(9).longValueExact());
        } catch (ArithmeticException | NumberFormatException e) {
            throw new TypeConversionException("'" + value + "' is not a number of seconds");
        }
    }
}
