package dev.culvert.wire.startup;

import static dev.culvert.wire.WireExceptionAssert.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class StartupOptionsTest {

    static List<Arguments> examples() {
        return List.of(
                example(""),
                example(" \t\n\u000b\f\r "),
                example("-c geqo=off", "geqo", "off"),
                example("-cgeqo=off", "geqo", "off"),
                example("--geqo=off", "geqo", "off"),
                example("  -c   geqo=off  ", "geqo", "off"),
                example("-c\tgeqo=off\n--work_mem=4MB", "geqo", "off", "work_mem", "4MB"),
                example("--statement-timeout=5min", "statement_timeout", "5min"),
                example("-c statement-timeout=5-6", "statement_timeout", "5-6"),
                example("-c search_path=a\\ b,\\\\c", "search_path", "a b,\\c"),
                example("-c a=", "a", ""),
                example("-c a=b=c", "a", "b=c"),
                example("-c a=b\\", "a", "b"),
                example("-c a=1 -c a=2", "a", "1", "a", "2"),
                example("tunnel=abc123", "tunnel", "abc123"),
                example("tunnel=", "tunnel", ""),
                example("tunnel=abc123 -c geqo=off", "tunnel", "abc123", "geqo", "off"),
                example("-c tunnel=abc123", "tunnel", "abc123"),
                example("--tunnel=abc123", "tunnel", "abc123"),
                example("-c ünïcode=ß", "ünïcode", "ß"));
    }

    private static Arguments example(String options, String... namesAndValues) {
        var settings = new ArrayList<Setting>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            settings.add(new Setting(namesAndValues[i], namesAndValues[i + 1]));
        }
        return Arguments.of(options, settings);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void readsSettingsAsPostgresDoes(String options, List<Setting> settings) {
        assertThat(StartupOptions.parse(options)).isEqualTo(settings);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void writesThemSoThatTheyReadTheSame(String options, List<Setting> settings) {
        assertThat(StartupOptions.parse(StartupOptions.format(settings))).isEqualTo(settings);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-c",
                "-c geqo",
                "-cgeqo",
                "--geqo",
                "--",
                "-",
                "-c =x",
                "--=x",
                "-d 5",
                "-B64",
                "x",
                "geqo=off",
                "Tunnel=x",
                "tunnel",
                "-c a=b c",
                "\\ ",
                "\\"
            })
    void refusesWordsItDoesNotKnow(String options) {
        assertRefused(() -> StartupOptions.parse(options), "08P01", "\"options\"");
    }

    @Test
    void writesOneArgumentForEachSetting() {
        var settings = List.of(new Setting("a", "1 2"), new Setting("b", "\\"));

        assertThat(StartupOptions.format(settings)).isEqualTo("-c a=1\\ 2 -c b=\\\\");
        assertThat(StartupOptions.format(List.of())).isEmpty();
    }

    @Test
    void writesAnyValueSoThatItReadsTheSame() {
        var random = new Random(20_251);
        String alphabet = "ab=-\\ \t\n\u000b'\"ß";
        for (int i = 0; i < 2_000; i++) {
            var settings = new ArrayList<Setting>();
            for (int n = random.nextInt(4); n > 0; n--) {
                settings.add(new Setting("name_" + n, randomText(random, alphabet)));
            }
            assertThat(StartupOptions.parse(StartupOptions.format(settings))).isEqualTo(settings);
        }
    }

    private static String randomText(Random random, String alphabet) {
        var text = new StringBuilder();
        for (int n = random.nextInt(8); n > 0; n--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }
}
