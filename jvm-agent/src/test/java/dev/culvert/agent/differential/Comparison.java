package dev.culvert.agent.differential;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Has the same conversation with both servers, and finds the first round that they differ in. */
final class Comparison {
    /** Where a conversation begins. */
    interface Server {
        Conversation converse() throws IOException;
    }

    /**
     * What two servers answer that is not the same.
     *
     * @param rounds up to the one that makes the difference
     */
    record Difference(List<Round> rounds, List<String> expected, List<String> actual) {
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder();
            for (Round round : rounds) {
                text.append("\n  sent      ").append(round);
            }
            int same = 0;
            while (same < expected.size()
                    && same < actual.size()
                    && expected.get(same).equals(actual.get(same))) {
                same++;
            }
            text.append("\n  the last answers agree in ").append(same).append(" messages; then");
            for (String line : expected.subList(same, expected.size())) {
                text.append("\n  PostgreSQL  ").append(line);
            }
            for (String line : actual.subList(same, actual.size())) {
                text.append("\n  PGlite      ").append(line);
            }
            return text.toString();
        }
    }

    private final Server postgres;
    private final Server pglite;

    Comparison(Server postgres, Server pglite) {
        this.postgres = postgres;
        this.pglite = pglite;
    }

    /** The first difference in a conversation, if there is one. */
    Optional<Difference> compare(List<Round> rounds) throws IOException {
        Round contents = Round.of(ClientMessage.query(SqlPool.CONTENTS));
        try (Conversation real = postgres.converse();
                Conversation shared = pglite.converse()) {
            real.run(contents);
            shared.run(contents);
            for (int i = 0; i < rounds.size() && !real.isEnded(); i++) {
                Round round = rounds.get(i);
                List<String> expected = Transcript.of(real.run(round));
                if (real.isEnded() && !round.isBroken()) {
                    return Optional.empty(); // PostgreSQL has crashed, which some sequences achieve
                }
                List<String> actual = answer(shared, round);
                List<Round> soFar = List.copyOf(rounds.subList(0, i + 1));
                List<String> known = KnownDifference.remove(round, expected);
                List<String> knownActual = KnownDifference.remove(round, actual);
                if (!known.equals(knownActual)) {
                    return Optional.of(new Difference(soFar, known, knownActual));
                }
            }
            return Optional.empty();
        }
    }

    private static List<String> answer(Conversation shared, Round round) throws IOException {
        try {
            return Transcript.of(shared.run(round));
        } catch (Conversation.SilenceException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
    }

    /** The same difference, or another, in as few messages as can be found with little effort. */
    Difference shrink(Difference difference) throws IOException {
        Difference smallest = difference;
        boolean shrunk = true;
        while (shrunk) {
            shrunk = false;
            for (int round = smallest.rounds().size() - 1; round >= 0; round--) {
                Optional<Difference> smaller = without(smallest, round);
                if (smaller.isPresent()) {
                    smallest = smaller.get();
                    shrunk = true;
                    break;
                }
            }
        }
        return smallest;
    }

    private Optional<Difference> without(Difference difference, int index) throws IOException {
        List<Round> rounds = new ArrayList<>(difference.rounds());
        Round round = rounds.remove(index);
        Optional<Difference> found = compare(rounds);
        for (int i = round.size() - 1; i >= 0 && found.isEmpty() && round.size() > 1; i--) {
            if (round.needs(i)) {
                continue;
            }
            rounds.add(index, round.without(i));
            found = compare(rounds);
            rounds.remove(index);
        }
        return found;
    }
}
