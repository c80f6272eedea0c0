package dev.culvert.agent;

/** What happens to a client while another has the database. */
public enum SharingMode {
    /** It is refused. */
    EXCLUSIVE,
    /** It waits for its turn. */
    QUEUE
}
