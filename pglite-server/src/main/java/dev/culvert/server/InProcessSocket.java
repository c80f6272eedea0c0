package dev.culvert.server;

import dev.culvert.front.local.InProcessConnection;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;

/** A connection within the process that looks like a socket; options of TCP mean nothing to it. */
final class InProcessSocket extends Socket {
    private static final int BUFFER = 64 * 1_024;

    private final InProcessConnection connection;

    InProcessSocket(InProcessConnection connection) {
        this.connection = connection;
    }

    @Override
    public void connect(SocketAddress endpoint) {
        // it is
    }

    @Override
    public void connect(SocketAddress endpoint, int timeout) {
        // it is
    }

    @Override
    public InputStream getInputStream() {
        return connection.input();
    }

    @Override
    public OutputStream getOutputStream() {
        return connection.output();
    }

    @Override
    public void close() {
        connection.close();
    }

    @Override
    public boolean isClosed() {
        return connection.isClosed();
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public void setSoTimeout(int timeout) {
        connection.timeout(timeout);
    }

    @Override
    public int getSoTimeout() {
        return connection.timeout();
    }

    @Override
    public InetAddress getInetAddress() {
        return InetAddress.getLoopbackAddress();
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    @Override
    public void setTcpNoDelay(boolean on) {
        // there is no delay
    }

    @Override
    public void setKeepAlive(boolean on) {
        // it cannot be lost
    }

    @Override
    public void setSendBufferSize(int size) {
        // its window is what it is
    }

    @Override
    public int getSendBufferSize() {
        return BUFFER;
    }

    @Override
    public void setReceiveBufferSize(int size) {
        // its window is what it is
    }

    @Override
    public int getReceiveBufferSize() {
        return BUFFER;
    }
}
