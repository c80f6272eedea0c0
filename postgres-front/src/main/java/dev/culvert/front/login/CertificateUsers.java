package dev.culvert.front.login;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/**
 * The users that a client certificate stands for: its common name, and the e-mail addresses and DNS
 * names among its subject alternative names (RFC 5280, section 4.2.1.6).
 */
final class CertificateUsers {
    private static final int EMAIL = 1;
    private static final int DNS = 2;

    private CertificateUsers() {}

    static Set<String> of(X509Certificate certificate) {
        Set<String> users = new HashSet<>();
        try {
            String subject = certificate.getSubjectX500Principal().getName();
            for (Rdn part : new LdapName(subject).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")
                        && part.getValue() instanceof String name) {
                    users.add(name);
                }
            }
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> name : alternatives) {
                    if (name.get(0) instanceof Integer kind
                            && (kind == EMAIL || kind == DNS)
                            && name.get(1) instanceof String text) {
                        users.add(text);
                    }
                }
            }
        } catch (InvalidNameException | CertificateParsingException e) {
            // a certificate whose names cannot be read stands for nobody
            return Set.of();
        }
        return users;
    }
}
