package dev.culvert.front.backend;

import dev.culvert.wire.startup.StartupMessage;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;

/**
 * A logged-in client that wants a session.
 *
 * @param session the session's id, for logs
 * @param client where the client connects from
 * @param startup what it asked for
 * @param executor the thread of the client's connection
 */
public record SessionRequest(
        String session, InetSocketAddress client, StartupMessage startup, Executor executor) {}
