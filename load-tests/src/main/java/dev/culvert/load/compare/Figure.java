package dev.culvert.load.compare;

/** What is measured, and in which unit. */
enum Figure {
    P50_MICROS("p50, µs"),
    P99_MICROS("p99, µs"),
    CONNECT_MILLIS("connect and ask, ms"),
    /** Of the process in the middle. */
    CPU_MICROS_PER_TRANSACTION("CPU µs per transaction"),
    MEGABYTES_PER_SECOND("MB/s"),
    /** Of the process in the middle. */
    CPU_MILLIS_PER_MEGABYTE("CPU ms per MB");

    private final String label;

    Figure(String label) {
        this.label = label;
    }

    /** For tables. */
    String label() {
        return label;
    }
}
