package dev.culvert.load.compare;

/** What is measured, and in which unit. */
enum Figure {
    P50_MICROS("p50, µs"),
    P99_MICROS("p99, µs"),
    CONNECT_MILLIS("connect and ask, ms"),
    /** Of the process in the middle. */
    CPU_MICROS_PER_TRANSACTION("CPU µs per transaction"),
    MEGABYTES_PER_SECOND("MB/s"),
    /** psql's. */
    CLIENT_CPU_MILLIS_PER_MEGABYTE("CPU ms per MB, client"),
    /** Of the process in the middle. */
    CPU_MILLIS_PER_MEGABYTE("CPU ms per MB, middle"),
    /** Of whoever runs the statement. */
    SERVER_CPU_MILLIS_PER_MEGABYTE("CPU ms per MB, server"),
    ALL_CPU_MILLIS_PER_MEGABYTE("CPU ms per MB, everybody"),
    /** Of all processors, whoever keeps them busy. */
    MACHINE_BUSY("machine busy, %"),
    /** With all processors at work all of the time. */
    BOUND("MB/s at 100 %");

    private final String label;

    Figure(String label) {
        this.label = label;
    }

    /** For tables. */
    String label() {
        return label;
    }
}
