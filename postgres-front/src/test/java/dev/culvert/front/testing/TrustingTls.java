package dev.culvert.front.testing;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** A client's TLS that takes any certificate: what is tested is what comes before and after. */
public final class TrustingTls implements X509TrustManager {
    /** For sockets and engines. */
    public static final SSLContext CONTEXT = context();

    private static SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new TrustingTls()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {
        throw new UnsupportedOperationException("a client has no clients");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {
        // any will do
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
