package dev.culvert.load.compare;

import dev.culvert.load.report.Report;
import java.util.Map;

/**
 * Gives the same load to all contenders, one after the other, round after round: what disturbs the
 * machine disturbs them all.
 */
final class Rounds {
    /** What a load finds out about a contender: a value for each figure, always the same ones. */
    @FunctionalInterface
    interface Load {
        Map<Figure, Double> run(Contender contender) throws Exception;
    }

    private final Field field;
    private final int rounds;
    private final Report report;

    Rounds(Field field, int rounds, Report report) {
        this.field = field;
        this.rounds = rounds;
        this.report = report;
    }

    /**
     * Runs a load once for warming up, JIT compilers have work to do then, and once a round.
     *
     * @param title of the table that has what comes of it
     */
    Results run(String title, Load load) throws Exception {
        for (Contender contender : field.all()) {
            load.run(contender);
        }
        for (int round = 0; round < rounds; round++) {
            for (Contender contender : field.all()) {
                load.run(contender)
                        .forEach((figure, value) ->
                                report.add(title, contender.name(), figure.label(), value));
            }
        }
        return new Results(report, title);
    }

    /** The medians in a table. */
    record Results(Report report, String title) {
        double of(Contender contender, Figure figure) {
            return report.of(title, contender.name(), figure.label()).median();
        }

        /** How much more a contender has than what is behind it. */
        double added(Contender middle, Contender behind, Figure figure) {
            return of(middle, figure) - of(behind, figure);
        }

        /** How many times a contender has what another has. */
        double ratio(Contender one, Contender other, Figure figure) {
            return of(one, figure) / of(other, figure);
        }
    }
}
