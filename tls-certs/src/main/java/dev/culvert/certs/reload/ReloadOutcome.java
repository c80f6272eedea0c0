package dev.culvert.certs.reload;

/** What one look at the certificate files came to. Fit for a metric label. */
public enum ReloadOutcome {
    /** The files are as they were at the last look, good or bad; or the reloader is closed. */
    UNCHANGED,
    /** The files changed, all were loaded, and the listener has the new set. */
    RELOADED,
    /** The files look as if someone is replacing them right now; the next look decides. */
    NOT_READY,
    /** The files changed and cannot be used; the listener was told, the old set stays. */
    FAILED
}
