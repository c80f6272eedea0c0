package dev.culvert.tunnel.credit;

/**
 * How much a receiver lets its peer send ahead, in bytes.
 *
 * @param initial a stream's window when it opens
 * @param max what it may grow to
 * @param perTunnel what the windows of all streams of a tunnel may grow to together; streams open
 *     with their initial window in any case
 */
public record WindowLimits(int initial, int max, int perTunnel) {
    /** Checks the values. */
    public WindowLimits {
        if (initial <= 0 || max < initial || perTunnel < max) {
            throw new IllegalArgumentException(
                    "windows of "
                            + initial
                            + " bytes, growing to "
                            + max
                            + " and to "
                            + perTunnel
                            + " in a tunnel");
        }
    }

    /** Windows that do not grow. */
    public static WindowLimits fixed(int window) {
        return new WindowLimits(window, window, window);
    }
}
