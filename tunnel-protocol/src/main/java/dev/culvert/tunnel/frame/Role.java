package dev.culvert.tunnel.frame;

/** The two ends of a tunnel. */
public enum Role {
    /** Stands next to the database and dials. */
    AGENT,
    /** Accepts clients and agents. */
    RELAY
}
