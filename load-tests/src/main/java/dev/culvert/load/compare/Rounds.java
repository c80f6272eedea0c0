package dev.culvert.load.compare;

import dev.culvert.load.report.Samples;
import dev.culvert.load.report.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

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

    Rounds(Field field, int rounds) {
        this.field = field;
        this.rounds = rounds;
    }

    /** Runs a load once for warming up, JIT compilers have work to do then, and once a round. */
    Results run(Load load) throws Exception {
        for (Contender contender : field.all()) {
            load.run(contender);
        }
        Results results = new Results(new LinkedHashMap<>());
        for (int round = 0; round < rounds; round++) {
            for (Contender contender : field.all()) {
                results.add(contender, load.run(contender));
            }
        }
        return results;
    }

    /** Values of every contender and figure, one for each round. */
    record Results(Map<String, Map<Figure, List<Double>>> values) {
        private void add(Contender contender, Map<Figure, Double> found) {
            Map<Figure, List<Double>> own =
                    values.computeIfAbsent(contender.name(), _ -> new LinkedHashMap<>());
            found.forEach((figure, value) ->
                    own.computeIfAbsent(figure, _ -> new ArrayList<>()).add(value));
        }

        /** For JSON: by contender and label. */
        Map<String, Map<String, List<Double>>> labelled() {
            Map<String, Map<String, List<Double>>> labelled = new LinkedHashMap<>();
            values.forEach((contender, own) ->
                    own.forEach((figure, rounds) ->
                            labelled.computeIfAbsent(contender, _ -> new LinkedHashMap<>())
                                    .put(figure.label(), rounds)));
            return labelled;
        }

        Samples of(Contender contender, Figure figure) {
            return Samples.of(
                    Objects.requireNonNull(
                            Objects.requireNonNull(values.get(contender.name())).get(figure)));
        }

        /** How much more a contender has than what is behind it, of their medians. */
        double added(Contender middle, Contender behind, Figure figure) {
            return of(middle, figure).median() - of(behind, figure).median();
        }

        /** How many times a contender has what another has, of their medians. */
        double ratio(Contender one, Contender other, Figure figure) {
            return of(one, figure).median() / of(other, figure).median();
        }

        Table table(String title) {
            List<Figure> figures =
                    values.values().stream()
                            .flatMap(own -> own.keySet().stream())
                            .distinct()
                            .toList();
            Table table = new Table(title, figures.stream().map(Figure::label).toList());
            values.forEach((name, own) ->
                    table.row(
                            name,
                            figures.stream()
                                    .map(own::get)
                                    .map(list -> list == null ? "" : Samples.of(list).toString())
                                    .toList()));
            return table;
        }
    }
}
