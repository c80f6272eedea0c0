package dev.culvert.server;

import dev.culvert.front.local.InProcessFront;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.SocketFactory;

/**
 * What pgjdbc's connection property {@code socketFactory} names, so that it talks to a front in
 * this process. {@code socketFactoryArg} says which one.
 */
public final class InProcessSocketFactory extends SocketFactory {
    private static final Map<String, InProcessFront> FRONTS = new ConcurrentHashMap<>();

    private final String name;

    /** Called by pgjdbc. */
    public InProcessSocketFactory(String name) {
        this.name = name;
    }

    static void register(String name, InProcessFront front) {
        FRONTS.put(name, front);
    }

    static void remove(String name) {
        FRONTS.remove(name);
    }

    /** A connected socket. */
    @Override
    public Socket createSocket() throws IOException {
        InProcessFront front = FRONTS.get(name);
        if (front == null) {
            throw new IOException("the database is closed");
        }
        return new InProcessSocket(front.connect());
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return createSocket();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
            throws IOException {
        return createSocket();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return createSocket();
    }

    @Override
    public Socket createSocket(
            InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        return createSocket();
    }
}
