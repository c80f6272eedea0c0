package dev.culvert.agent.differential;

import java.util.List;

/**
 * What {@code docs/pglite-differences.md} lists, by the titles there: the transcripts are compared
 * without it, or the random sequences avoid it.
 */
enum KnownDifference {
    /** Left out of the transcripts. */
    UNCHANGED_PARAMETER("A setting that SET gives the value it has is reported"),
    /** Left out of the transcripts. */
    PARAMETERS_AROUND_COPY("Settings are reported between the statements around a COPY"),
    /** Left out of the transcripts: all that counts is that the connection ends. */
    BROKEN_MESSAGES("A message that cannot be one ends the session at once"),
    /** Left out of the transcripts. */
    NO_SESSION_AUTHORIZATION("The parameter session_authorization is reported empty"),
    /** Avoided. */
    NAMES_OF_PARAMETERS("The names of parameters that clients make up stay known"),
    /** Avoided. */
    LATE_COPY_ERRORS("Wrong COPY data is noticed when all of it is there"),
    /** Avoided. */
    PREPARE_BESIDE_COPY("PREPARE TRANSACTION in one Query with COPY FROM STDIN"),
    /** Avoided. */
    COPY_IN_A_PIPELINE("COPY FROM STDIN behind other statements in one pipeline"),
    /** Avoided. */
    RESET_TO_DEFAULTS("RESET goes back to PGlite's own settings"),
    /** Avoided. */
    DEEP_RECURSION("A recursion without end stops the database"),
    /** Avoided. */
    WRONG_BYTES("Wrong bytes in an encoding other than UTF-8 stop the database"),
    /** Avoided. */
    COARSE_CLOCK("The clock goes in milliseconds");

    private static final String END = "end of the connection";

    private final String title;

    KnownDifference(String title) {
        this.title = title;
    }

    /** The heading under which the page tells of it. */
    String title() {
        return title;
    }

    /** A transcript without what is known to differ. */
    static List<String> remove(Round round, List<String> transcript) {
        if (!transcript.isEmpty() && transcript.getLast().equals(END)) {
            return List.of(END);
        }
        if (round.copiesIn()) {
            return transcript.stream().filter(line -> !line.startsWith("ParameterStatus")).toList();
        }
        return transcript.stream()
                .filter(line -> !line.startsWith("ParameterStatus session_authorization="))
                .toList();
    }
}
