package dev.culvert.certs;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** One TLS handshake between two JDK ends, with HTTPS endpoint identification in the client. */
public final class TlsLoopback {
    private static final char[] NONE = new char[0];

    private TlsLoopback() {}

    /** Shakes hands and exchanges a byte; returns the chain that the client accepted. */
    public static List<Certificate> handshake(
            ServerCertificate server, X509Certificate trusted, String host) throws Exception {
        return handshake(server, trusted, host, null);
    }

    /** As the other; with a client certificate, the server demands one from the same CA. */
    public static List<Certificate> handshake(
            ServerCertificate server,
            X509Certificate trusted,
            String host,
            @Nullable ClientCertificate client)
            throws Exception {
        SSLContext serverSide = context(keys(server.chain(), server.key()), trust(trusted));
        SSLContext clientSide =
                context(
                        client == null ? new KeyManager[0] : keys(client.chain(), client.key()),
                        trust(trusted));
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (SSLServerSocket listener =
                (SSLServerSocket)
                        serverSide.getServerSocketFactory().createServerSocket(0, 1, loopback)) {
            listener.setNeedClientAuth(client != null);
            CompletableFuture<Void> served =
                    CompletableFuture.runAsync(() -> echoOneByte(listener));
            try (Socket plain = new Socket(loopback, listener.getLocalPort());
                    SSLSocket socket =
                            (SSLSocket)
                                    clientSide
                                            .getSocketFactory()
                                            .createSocket(
                                                    plain, host, listener.getLocalPort(), true)) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                socket.getOutputStream().write('?');
                if (socket.getInputStream().read() != '?') {
                    throw new IOException("the server did not answer");
                }
                served.join();
                return List.of(socket.getSession().getPeerCertificates());
            }
        }
    }

    private static void echoOneByte(SSLServerSocket listener) {
        try (Socket socket = listener.accept()) {
            socket.getOutputStream().write(socket.getInputStream().read());
        } catch (IOException refusedByClient) {
            // the client side reports it
        }
    }

    private static SSLContext context(KeyManager[] keys, TrustManager[] trust)
            throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, trust, null);
        return context;
    }

    private static KeyManager[] keys(List<X509Certificate> chain, PrivateKey key)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("key", key, NONE, chain.toArray(Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(store, NONE);
        return factory.getKeyManagers();
    }

    private static TrustManager[] trust(X509Certificate anchor)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("anchor", anchor);
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        return factory.getTrustManagers();
    }
}
