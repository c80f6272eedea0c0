package dev.culvert.relay.refusals;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a person reads in psql, and a program in pgjdbc, for each way to be refused. */
class RefusalsIT {
    private static final List<Driver> DRIVERS = List.of(new PsqlDriver(), new PgjdbcDriver());

    @ParameterizedTest(name = "{1}: {0}")
    @MethodSource("everyScenarioByEveryDriver")
    void is_shown_whole(Scenario scenario, Driver driver, @TempDir Path directory)
            throws Exception {
        try (RefusingRelay relay = new RefusingRelay(scenario, directory)) {
            Shown shown = scenario.play(relay, driver);

            Shown expected = scenario.expected();
            assertThat(shown.message()).isEqualTo(expected.message());
            if (shown.sqlState() != null) {
                assertThat(shown.sqlState()).isEqualTo(expected.sqlState());
            }
            assertThat(shown.hint()).isEqualTo(expected.hint());
            if (expected.detail() == null) {
                assertThat(shown.detail()).isNull();
            } else {
                assertThat(shown.detail()).matches(expected.detail());
            }
        }
    }

    static Stream<Arguments> everyScenarioByEveryDriver() {
        return Stream.concat(LoginScenarios.all(), SessionScenarios.all())
                .flatMap(scenario ->
                        DRIVERS.stream()
                                .filter(scenario::isFor)
                                .map(driver -> Arguments.of(scenario, driver)));
    }
}
