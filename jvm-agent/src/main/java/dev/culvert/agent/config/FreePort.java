package dev.culvert.agent.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Finds a port that nobody listens on. */
final class FreePort {
    private static final int TRIES = 100;

    private FreePort() {}

    /** The first free port from {@code first} on; {@code first} itself when all are taken. */
    static int from(String bind, int first) {
        for (int port = first; port < first + TRIES; port++) {
            if (isFree(bind, port)) {
                return port;
            }
        }
        return first;
    }

    private static boolean isFree(String bind, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(bind), port));
            return true;
        } catch (java.net.BindException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on " + bind, e);
        }
    }
}
