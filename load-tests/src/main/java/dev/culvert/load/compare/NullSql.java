package dev.culvert.load.compare;

/** What the null backend understands. */
final class NullSql {
    static final String COPY_IN = "COPY nothing FROM STDIN";

    private NullSql() {}

    static String copyOut(long bytes) {
        return "COPY " + bytes + " TO STDOUT";
    }
}
