package dev.culvert.tunnel.credit;

/**
 * What the windows of one tunnel's streams have together. Not thread-safe: belongs to the tunnel's
 * thread.
 */
public final class WindowBudget {
    private final WindowLimits limits;
    private long used;

    /** A tunnel without streams. */
    public WindowBudget(WindowLimits limits) {
        this.limits = limits;
    }

    /** Bytes in all windows. */
    public long used() {
        return used;
    }

    /** A stream opens, and gets its initial window. */
    int open() {
        used += limits.initial();
        return limits.initial();
    }

    /** Whether a stream's window could be larger. */
    boolean mayGrow(int window) {
        return window < limits.max() && used < limits.perTunnel();
    }

    /** What a stream's window has after it was doubled as far as the limits let it. */
    int doubled(int window) {
        long room = Math.max(0, limits.perTunnel() - used);
        int more = (int) Math.min(Math.min(window, limits.max() - window), room);
        used += more;
        return window + more;
    }

    /** A stream is gone, and its window with it. */
    void close(int window) {
        used -= window;
    }
}
