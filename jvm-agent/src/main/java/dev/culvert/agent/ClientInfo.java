package dev.culvert.agent;

/**
 * A client that is, or was, connected.
 *
 * @param session the session's id, the same in the relay's log
 * @param address the client's IP address, as the relay sees it
 * @param application its application_name; may be empty
 */
public record ClientInfo(
        String session,
        String address,
        int port,
        String user,
        String database,
        String application) {}
