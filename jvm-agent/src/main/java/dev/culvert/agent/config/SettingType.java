package dev.culvert.agent.config;

import dev.culvert.front.limit.Cidr;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What values a setting has.
 *
 * @param label what the option's value is called in its help
 * @param meant what is meant, after "is not"
 * @param kinds what a file may say it with
 * @param parser reads a value; throws an unchecked exception for a text that is none
 * @param printer writes one so that the parser reads it
 * @param isList whether there may be several values
 */
public record SettingType<T>(
        String label,
        String meant,
        Set<Kind> kinds,
        Function<List<String>, T> parser,
        Function<T, String> printer,
        boolean isList) {
    /** What a value in a file looks like. */
    enum Kind {
        NUMBER,
        TEXT,
        BOOLEAN
    }

    static final SettingType<Integer> NUMBER =
            scalar(
                    "N",
                    "a whole number",
                    EnumSet.of(Kind.NUMBER),
                    Integer::valueOf,
                    String::valueOf);

    static final SettingType<Integer> BYTES =
            scalar(
                    "BYTES",
                    "a number of bytes",
                    EnumSet.of(Kind.NUMBER),
                    Integer::valueOf,
                    String::valueOf);

    static final SettingType<Integer> PORT =
            scalar("PORT", "a port", EnumSet.of(Kind.NUMBER), Integer::valueOf, String::valueOf);

    static final SettingType<Boolean> SWITCH =
            scalar(
                    "true|false",
                    "true or false",
                    EnumSet.of(Kind.BOOLEAN),
                    SettingType::truth,
                    String::valueOf);

    static final SettingType<Duration> SECONDS =
            scalar(
                    "SECONDS",
                    "a number of seconds, or a time such as 250ms, 5m or 1h",
                    EnumSet.of(Kind.NUMBER, Kind.TEXT),
                    SettingType::duration,
                    SettingType::seconds);

    static final SettingType<String> TEXT =
            scalar(
                    "TEXT",
                    "a text",
                    EnumSet.of(Kind.TEXT),
                    Function.identity(),
                    Function.identity());

    static final SettingType<Path> FILE =
            scalar("FILE", "a file", EnumSet.of(Kind.TEXT), Path::of, Path::toString);

    static final SettingType<URI> HTTP_URL =
            scalar(
                    "URL",
                    "an http or https URL without a password",
                    EnumSet.of(Kind.TEXT),
                    SettingType::httpUrl,
                    URI::toString);

    static final SettingType<Cidr> CIDR =
            scalar(
                    "CIDR",
                    "a range of addresses such as 10.0.0.0/8",
                    EnumSet.of(Kind.TEXT),
                    Cidr::parse,
                    Cidr::toString);

    static final SettingType<LogSettings.LoggerLevel> LOGGER_LEVEL =
            scalar(
                    "LOGGER=LEVEL",
                    "a logger and its level, error, warn, info, debug or trace",
                    EnumSet.of(Kind.TEXT),
                    LogSettings.LoggerLevel::parse,
                    LogSettings.LoggerLevel::toString);

    private static final Pattern DURATION = Pattern.compile("([0-9.eE+]+?)(ms|s|m|h|d)?");

    static <E extends Enum<E>> SettingType<E> oneOf(Class<E> type) {
        String names =
                Arrays.stream(type.getEnumConstants())
                        .map(SettingType::lower)
                        .collect(Collectors.joining(", "));
        return scalar(
                names.replace(", ", "|"),
                "one of " + names,
                EnumSet.of(Kind.TEXT),
                text -> Enum.valueOf(type, text.toUpperCase(Locale.ROOT).replace('-', '_')),
                SettingType::lower);
    }

    static <T> SettingType<List<T>> listOf(SettingType<T> element) {
        return new SettingType<>(
                element.label,
                element.meant,
                element.kinds,
                texts -> texts.stream().map(text -> element.parser.apply(List.of(text))).toList(),
                values -> values.stream().map(element.printer).collect(Collectors.joining(",")),
                true);
    }

    private static <T> SettingType<T> scalar(
            String label,
            String meant,
            Set<Kind> kinds,
            Function<String, T> parser,
            Function<T, String> printer) {
        return new SettingType<>(
                label, meant, kinds, texts -> parser.apply(texts.getLast()), printer, false);
    }

    /** Reads a value; several texts only for a list. */
    T parse(List<String> texts) {
        return parser.apply(texts);
    }

    String print(T value) {
        return printer.apply(value);
    }

    /** Writes a value as a file would say it. */
    String yaml(T value) {
        return value instanceof List<?> list
                ? list.stream()
                        .map(element -> quoted(element.toString()))
                        .collect(Collectors.joining(", ", "[", "]"))
                : kinds.contains(Kind.TEXT) && !kinds.contains(Kind.NUMBER)
                        ? quoted(print(value))
                        : print(value);
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** A value of this type that was kept among others. */
    @SuppressWarnings("unchecked")
    T cast(Object value) {
        return (T) value;
    }

    private static URI httpUrl(String text) {
        URI uri = URI.create(text);
        // a password would be shown with the rest
        if (uri.getHost() == null
                || uri.getUserInfo() != null
                || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
            throw new IllegalArgumentException(text);
        }
        return uri;
    }

    private static boolean truth(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(text);
        }
        BigDecimal number = new BigDecimal(matcher.group(1));
        BigDecimal nanos =
                switch (matcher.group(2)) {
                    case "ms" -> number.movePointRight(6);
                    case "m" -> number.movePointRight(9).multiply(BigDecimal.valueOf(60));
                    case "h" -> number.movePointRight(9).multiply(BigDecimal.valueOf(3_600));
                    case "d" -> number.movePointRight(9).multiply(BigDecimal.valueOf(86_400));
                    case null, default -> number.movePointRight(9);
                };
        return Duration.ofNanos(nanos.longValueExact());
    }

    private static String seconds(Duration duration) {
        return BigDecimal.valueOf(duration.toNanos(), 9).stripTrailingZeros().toPlainString();
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
