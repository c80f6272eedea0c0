package dev.culvert.relay.config;

import dev.culvert.front.listen.ClientCertificates;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.front.listen.TlsSettings;
import dev.culvert.relay.policy.AccessSettings;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a relay.
 *
 * @param domains the domains under which tunnels have their names; lower case, without a dot at the
 *     end. Clients may use any; agents are told the first
 * @param postgres where clients connect
 * @param tls how clients' connections are encrypted
 * @param https where agents and browsers connect
 * @param tunnels what tunnels may do
 * @param access who may open a tunnel
 * @param drain how the relay empties itself before it stops
 * @param admin where operators connect
 */
public record RelaySettings(
        List<String> domains,
        FrontSettings postgres,
        TlsSettings tls,
        HttpsSettings https,
        TunnelSettings tunnels,
        DrainSettings drain,
        AccessSettings access,
        AdminSettings admin) {
    private static final Pattern DOMAIN =
            Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
    private static final int MAX_DOMAIN_LENGTH = 180;

    /** Checks the domains. */
    public RelaySettings {
        domains = List.copyOf(domains);
        if (domains.isEmpty()) {
            throw new IllegalArgumentException("domains is empty: a relay needs one");
        }
        for (String domain : domains) {
            if (domain.length() > MAX_DOMAIN_LENGTH || !DOMAIN.matcher(domain).matches()) {
                throw new IllegalArgumentException(
                        "domains: \"" + domain + "\" is not a host name in lower case");
            }
        }
        for (ClientCertificates policy : tls.clientCertificates()) {
            requireServed(domains, policy.domain());
        }
    }

    /** Without anything for operators. */
    public RelaySettings(
            List<String> domains,
            FrontSettings postgres,
            TlsSettings tls,
            HttpsSettings https,
            TunnelSettings tunnels,
            DrainSettings drain,
            AccessSettings access) {
        this(domains, postgres, tls, https, tunnels, drain, access, AdminSettings.NONE);
    }

    /** With one domain; TLS and drain as they are by default, and tunnels open to anybody. */
    public RelaySettings(
            String domain, FrontSettings postgres, HttpsSettings https, TunnelSettings tunnels) {
        this(
                List.of(domain),
                postgres,
                TlsSettings.DEFAULTS,
                https,
                tunnels,
                DrainSettings.DEFAULTS,
                AccessSettings.OPEN);
    }

    /** The same with other times for the drain. */
    public RelaySettings withDrain(DrainSettings newDrain) {
        return new RelaySettings(domains, postgres, tls, https, tunnels, newDrain, access, admin);
    }

    /** The same with others who may open tunnels. */
    public RelaySettings withAccess(AccessSettings newAccess) {
        return new RelaySettings(domains, postgres, tls, https, tunnels, drain, newAccess, admin);
    }

    /** The same with other settings for operators. */
    public RelaySettings withAdmin(AdminSettings newAdmin) {
        return new RelaySettings(domains, postgres, tls, https, tunnels, drain, access, newAdmin);
    }

    /** The domain that agents are told. */
    public String domain() {
        return domains.getFirst();
    }

    /** A policy for a domain that nobody can dial would be one that is never applied. */
    private static void requireServed(List<String> domains, @Nullable String domain) {
        if (domain != null
                && domains.stream()
                        .noneMatch(own -> domain.equals(own) || domain.endsWith("." + own))) {
            throw new IllegalArgumentException(
                    "client certificates are for \""
                            + domain
                            + "\", which is none of the relay's domains: "
                            + String.join(", ", domains));
        }
    }
}
