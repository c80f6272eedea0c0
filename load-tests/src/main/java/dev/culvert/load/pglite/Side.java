package dev.culvert.load.pglite;

import java.io.IOException;

/** One of the two that are compared. Cases are known by their place in {@link SpeedCase#ALL}. */
interface Side extends AutoCloseable {
    /** Runs a case once, for what it leaves behind. */
    void once(int number) throws IOException;

    /** Runs a case again and again for so long, and returns the median in microseconds. */
    double time(int number, int millis) throws IOException;

    @Override
    void close();
}
