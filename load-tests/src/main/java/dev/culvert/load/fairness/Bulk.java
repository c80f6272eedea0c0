package dev.culvert.load.fairness;

/** What else is going on. */
enum Bulk {
    NONE("nothing"),
    TO_AGENT("COPY FROM STDIN"),
    FROM_AGENT("COPY TO STDOUT");

    private final String label;

    Bulk(String label) {
        this.label = label;
    }

    /** For tables. */
    String label() {
        return label;
    }
}
