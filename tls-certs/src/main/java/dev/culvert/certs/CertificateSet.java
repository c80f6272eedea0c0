package dev.culvert.certs;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The certificates that one listener can show, chosen by the host name in the ClientHello (SNI): an
 * exact name before a wildcard, and the certificate listed first where two have the same name. The
 * first of all is the default. Immutable and safe to share between threads; a lookup is two hash
 * lookups at most.
 */
public final class CertificateSet {
    private final List<ServerCertificate> certificates;
    private final Map<String, ServerCertificate> exact = new HashMap<>();

    /** Keyed by what follows {@code *.} */
    private final Map<String, ServerCertificate> wildcards = new HashMap<>();

    private CertificateSet(List<ServerCertificate> certificates) {
        this.certificates = List.copyOf(certificates);
        if (this.certificates.isEmpty()) {
            throw new IllegalArgumentException("A certificate set needs at least one certificate.");
        }
        for (ServerCertificate certificate : this.certificates) {
            for (String name : certificate.names()) {
                if (name.startsWith("*.")) {
                    wildcards.putIfAbsent(name.substring(2), certificate);
                } else {
                    exact.putIfAbsent(name, certificate);
                }
            }
        }
    }

    /**
     * A set of these certificates; the first is the default.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static CertificateSet of(List<ServerCertificate> certificates) {
        return new CertificateSet(certificates);
    }

    /** A set of one, which is then shown for every name. */
    public static CertificateSet of(ServerCertificate certificate) {
        return new CertificateSet(List.of(certificate));
    }

    /** The certificate to show: the one that covers the name, or else the default. */
    public ServerCertificate forName(@Nullable String sni) {
        return sni == null ? defaultCertificate() : match(sni).orElseGet(this::defaultCertificate);
    }

    /**
     * The certificate that covers the name, if there is one. Takes any text, as it comes from peers
     * that have not shown who they are.
     */
    public Optional<ServerCertificate> match(String sni) {
        String host = CertificateNames.normalize(sni);
        ServerCertificate found = exact.get(host);
        if (found == null && !CertificateNames.isIpAddress(host) && !host.startsWith("*")) {
            found = wildcards.get(CertificateNames.parentOf(host));
        }
        return Optional.ofNullable(found);
    }

    /** What clients see that send no name, or one that nothing covers. */
    public ServerCertificate defaultCertificate() {
        return certificates.getFirst();
    }

    /** All of them, in the order given. */
    public List<ServerCertificate> certificates() {
        return certificates;
    }

    @Override
    public String toString() {
        return "CertificateSet" + certificates;
    }
}
