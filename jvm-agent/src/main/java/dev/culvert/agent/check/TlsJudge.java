package dev.culvert.agent.check;

import dev.culvert.certs.CertificateNames;
import dev.culvert.certs.load.PemFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Judges a server's certificate point by point, where a handshake would only fail. */
final class TlsJudge {
    private static final Duration SOON = Duration.ofDays(14);

    private final X509TrustManager trust;
    private final boolean ownAuthorities;

    /**
     * A judge.
     *
     * @param caFile what is trusted; null for what Java trusts
     */
    TlsJudge(@Nullable Path caFile) throws GeneralSecurityException, IOException {
        KeyStore anchors = null;
        if (caFile != null) {
            anchors = KeyStore.getInstance(KeyStore.getDefaultType());
            anchors.load(null, null);
            int number = 0;
            for (X509Certificate anchor : PemFiles.loadTrustAnchors(caFile)) {
                anchors.setCertificateEntry("ca-" + number++, anchor);
            }
        }
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(anchors);
        this.trust = trustManager(factory.getTrustManagers());
        this.ownAuthorities = caFile != null;
    }

    private static X509TrustManager trustManager(TrustManager[] all) {
        return Arrays.stream(all)
                .filter(X509TrustManager.class::isInstance)
                .map(X509TrustManager.class::cast)
                .findFirst()
                .orElseThrow();
    }

    /** What there is to say about a chain that was shown for a host. */
    List<Finding> judge(X509Certificate[] chain, String host, Instant now) {
        X509Certificate leaf = chain[0];
        return List.of(chain(chain), name(leaf, host), expiry(leaf, now));
    }

    private Finding chain(X509Certificate[] chain) {
        String issuer = chain[chain.length - 1].getIssuerX500Principal().getName();
        try {
            // the handshake has proved that the key is theirs, by whichever method
            trust.checkServerTrusted(chain, "UNKNOWN");
            return Finding.good("chain", chain.length + " certificates, up to " + issuer);
        } catch (CertificateException e) {
            return Finding.bad(
                    "chain",
                    "not trusted; its issuer is " + issuer,
                    ownAuthorities
                            ? "The file of --ca does not hold that issuer's certificate, or the"
                                    + " server does not send the ones between."
                            : "Pass --ca FILE for a development CA (culvert certs shows it). A"
                                    + " proxy that looks into TLS shows its own, too.");
        }
    }

    private static Finding name(X509Certificate leaf, String host) {
        List<String> names = new ArrayList<>(CertificateNames.of(leaf));
        return names.stream().anyMatch(name -> CertificateNames.covers(name, host))
                ? Finding.good("name", host + " is covered by " + String.join(", ", names))
                : Finding.bad(
                        "name",
                        host + " is not covered by " + String.join(", ", names),
                        "Dial one of those names, or give the relay a certificate for this one.");
    }

    private static Finding expiry(X509Certificate leaf, Instant now) {
        Instant end = leaf.getNotAfter().toInstant();
        Instant beginning = leaf.getNotBefore().toInstant();
        if (now.isBefore(beginning)) {
            return Finding.bad(
                    "expiry", "not valid before " + beginning, "Check this machine's clock.");
        }
        if (now.isAfter(end)) {
            return Finding.bad(
                    "expiry", "expired on " + end, "Ask the relay's operator to renew it.");
        }
        long days = Duration.between(now, end).toDays();
        String text = "valid until " + end + ", for " + days + " days";
        return now.plus(SOON).isAfter(end)
                ? Finding.doubtful("expiry", text, "Ask the relay's operator to renew it soon.")
                : Finding.good("expiry", text);
    }
}
