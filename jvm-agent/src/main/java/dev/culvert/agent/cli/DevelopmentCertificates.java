package dev.culvert.agent.cli;

import dev.culvert.certs.CertificateSet;
import dev.culvert.certs.issue.DevelopmentCa;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/** Certificates of the user's own development CA. */
final class DevelopmentCertificates {
    private final DevelopmentCa ca;

    private DevelopmentCertificates(DevelopmentCa ca) {
        this.ca = ca;
    }

    /** Opens the user's CA, or makes it. */
    static DevelopmentCertificates ofUser() {
        return new DevelopmentCertificates(
                DevelopmentCa.openOrCreate(
                        DevelopmentCa.userDirectory(
                                System.getenv(), System.getProperty("user.home")),
                        Clock.systemUTC()));
    }

    /** What clients have to trust. */
    Path caFile() {
        return ca.caFile();
    }

    DevelopmentCa ca() {
        return ca;
    }

    /** A certificate for the domains, everything under them, and this machine. */
    CertificateSet forDomains(List<String> domains) {
        SequencedSet<String> names = new LinkedHashSet<>();
        for (String domain : domains) {
            names.add("*." + domain);
            names.add(domain);
        }
        names.addAll(List.of("localhost", "127.0.0.1", "::1"));
        return CertificateSet.of(ca.serverCertificate(names));
    }
}
