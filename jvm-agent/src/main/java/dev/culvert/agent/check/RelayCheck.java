package dev.culvert.agent.check;

import dev.culvert.agent.dial.ProxyAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Goes an agent's way to a relay, and tells of each step. Blocks; for one use. */
public final class RelayCheck {
    private final RelayUrl url;
    private final @Nullable Path caFile;
    private final int timeoutMillis;
    private final Map<String, String> environment;
    private boolean good = true;

    /** A check of a relay; each step may take so long. */
    public RelayCheck(
            RelayUrl url,
            @Nullable Path caFile,
            Duration timeout,
            Map<String, String> environment) {
        this.url = url;
        this.caFile = caFile;
        this.timeoutMillis = Math.toIntExact(Math.max(1, timeout.toMillis()));
        this.environment = environment;
    }

    /**
     * Runs the check.
     *
     * @param out hears each finding as soon as it is there
     * @return whether nothing was bad
     */
    public boolean run(Consumer<Finding> out) {
        Consumer<Finding> teller =
                finding -> {
                    good &= finding.verdict() != Finding.Verdict.BAD;
                    out.accept(finding);
                };
        try {
            Socket socket = connect(teller);
            if (socket != null) {
                try (socket) {
                    inTls(socket, teller);
                }
            }
        } catch (SocketTimeoutException e) {
            teller.accept(
                    Finding.bad(
                            "timeout",
                            "no answer within " + timeoutMillis + " ms",
                            "A firewall may drop the packets; another network would tell."));
        } catch (IOException | GeneralSecurityException e) {
            teller.accept(Finding.bad("connection", message(e), "The relay's log may say more."));
        }
        return good;
    }

    private @Nullable Socket connect(Consumer<Finding> out) throws IOException {
        Optional<ProxyAddress> proxy;
        try {
            proxy =
                    ProxyAddress.fromEnvironment(
                            environment, URI.create("wss://" + url.authority()));
        } catch (IllegalArgumentException e) {
            out.accept(
                    Finding.bad(
                            "proxy",
                            message(e),
                            "Set HTTPS_PROXY to http://HOST:PORT or socks5://HOST:PORT, or unset"
                                    + " it."));
            return null;
        }
        if (proxy.isPresent()) {
            return switch (proxy.get().kind()) {
                case HTTP -> throughHttp(proxy.get(), out);
                case SOCKS5 -> throughSocks(proxy.get(), out);
            };
        }
        out.accept(Finding.good("proxy", "none is asked for (HTTPS_PROXY)"));
        InetAddress[] addresses = resolve(url.host(), out);
        return addresses == null ? null : tcp(addresses[0], url.port(), out);
    }

    /** Java does what there is to say; the proxy looks the relay's name up. */
    private @Nullable Socket throughSocks(ProxyAddress proxy, Consumer<Finding> out)
            throws IOException {
        InetAddress[] addresses = resolve(proxy.host(), out);
        if (addresses == null) {
            return null;
        }
        Socket socket =
                new Socket(
                        new Proxy(
                                Proxy.Type.SOCKS,
                                new InetSocketAddress(addresses[0], proxy.port())));
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(timeoutMillis);
            socket.connect(
                    InetSocketAddress.createUnresolved(url.host(), url.port()), timeoutMillis);
            out.accept(Finding.good("proxy", proxy + " connects to " + url.authority()));
            return socket;
        } catch (IOException e) {
            socket.close();
            out.accept(
                    Finding.bad(
                            "proxy",
                            proxy + " does not connect to " + url.authority() + ": " + message(e),
                            "Ask who runs the proxy to let this host through, or except it in"
                                    + " NO_PROXY."));
            return null;
        }
    }

    private InetAddress @Nullable [] resolve(String host, Consumer<Finding> out) {
        long begun = System.nanoTime();
        try {
            InetAddress[] addresses = InetAddress.getAllByName(host);
            String list =
                    Arrays.stream(addresses)
                            .map(InetAddress::getHostAddress)
                            .collect(Collectors.joining(", "));
            out.accept(Finding.good("dns", host + " is " + list + since(begun)));
            return addresses;
        } catch (UnknownHostException e) {
            out.accept(
                    Finding.bad(
                            "dns",
                            host + " is unknown",
                            "Check the name, and whether this machine can look names up at all."));
            return null;
        }
    }

    private @Nullable Socket tcp(InetAddress address, int port, Consumer<Finding> out)
            throws IOException {
        long begun = System.nanoTime();
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(timeoutMillis);
            socket.connect(new InetSocketAddress(address, port), timeoutMillis);
            out.accept(Finding.good("tcp", "connected to port " + port + since(begun)));
            return socket;
        } catch (IOException e) {
            socket.close();
            out.accept(
                    Finding.bad(
                            "tcp",
                            "no connection to "
                                    + address.getHostAddress()
                                    + " port "
                                    + port
                                    + ": "
                                    + message(e),
                            "Check the port, and whether a firewall lets it through."));
            return null;
        }
    }

    private @Nullable Socket throughHttp(ProxyAddress proxy, Consumer<Finding> out)
            throws IOException {
        InetAddress[] addresses = resolve(proxy.host(), out);
        Socket socket = addresses == null ? null : tcp(addresses[0], proxy.port(), out);
        if (socket == null) {
            return null;
        }
        String authorization =
                proxy.user()
                        .map(user -> user + ":" + proxy.password().orElse(""))
                        .map(login -> login.getBytes(StandardCharsets.UTF_8))
                        .map(Base64.getEncoder()::encodeToString)
                        .map(login -> "Proxy-Authorization: Basic " + login + "\r\n")
                        .orElse("");
        String request =
                "CONNECT %s HTTP/1.1\r\nHost: %s\r\n%s\r\n"
                        .formatted(url.authority(), url.authority(), authorization);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        HttpHead answer = HttpHead.read(socket.getInputStream());
        String where = proxy.host() + ":" + proxy.port();
        if (answer.status() / 100 == 2) {
            out.accept(Finding.good("proxy", where + " connects to " + url.authority()));
            return socket;
        }
        socket.close();
        out.accept(
                Finding.bad(
                        "proxy",
                        where + " answered with " + answer.statusLine(),
                        answer.status() == 407
                                ? "It wants a user: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT."
                                : "Ask who runs the proxy to let this host through, or except it"
                                        + " in NO_PROXY."));
        return null;
    }

    private void inTls(Socket socket, Consumer<Finding> out)
            throws IOException, GeneralSecurityException {
        TlsJudge judge = new TlsJudge(caFile);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Anybody()}, null);
        long begun = System.nanoTime();
        SSLSocket tls =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(socket, url.host(), url.port(), true);
        SSLParameters parameters = tls.getSSLParameters();
        if (!isAddress(url.host())) {
            parameters.setServerNames(List.of(new SNIHostName(url.host())));
        }
        tls.setSSLParameters(parameters);
        try {
            tls.startHandshake();
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            out.accept(
                    Finding.bad(
                            "tls",
                            "no handshake: " + message(e),
                            "What listens there may not speak TLS, or only versions before 1.2."));
            return;
        }
        SSLSession session = tls.getSession();
        out.accept(
                Finding.good(
                        "tls",
                        session.getProtocol() + ", " + session.getCipherSuite() + since(begun)));
        X509Certificate[] chain =
                Arrays.stream(session.getPeerCertificates())
                        .map(X509Certificate.class::cast)
                        .toArray(X509Certificate[]::new);
        judge.judge(chain, url.host(), Instant.now()).forEach(out);
        WebSocketProbe probe = new WebSocketProbe(url, tls.getInputStream(), tls.getOutputStream());
        Finding upgrade = probe.upgrade();
        out.accept(upgrade);
        if (upgrade.verdict() == Finding.Verdict.GOOD) {
            out.accept(probe.latency());
        }
    }

    private static boolean isAddress(String host) {
        return host.contains(":") || host.matches("[0-9.]+");
    }

    private static String since(long begun) {
        return " (%.0f ms)".formatted((System.nanoTime() - begun) / 1e6);
    }

    private static String message(Exception e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    /**
     * Lets the handshake go on whoever answers, so that the certificate can be judged point by
     * point. Nothing secret is sent.
     */
    private static final class Anybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {
            throw new UnsupportedOperationException("this is a client");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            // the judge says what is wrong with it
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
