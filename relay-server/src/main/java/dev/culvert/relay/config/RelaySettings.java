package dev.culvert.relay.config;

import dev.culvert.front.listen.FrontSettings;
import java.util.regex.Pattern;

/**
 * Settings of a relay.
 *
 * @param domain the domain under which tunnels have their names; lower case, without a dot at the
 *     end
 * @param postgres where clients connect
 * @param https where agents and browsers connect
 * @param tunnels what tunnels may do
 */
public record RelaySettings(
        String domain, FrontSettings postgres, HttpsSettings https, TunnelSettings tunnels) {
    private static final Pattern DOMAIN =
            Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
    private static final int MAX_DOMAIN_LENGTH = 180;

    /** Checks the domain. */
    public RelaySettings {
        if (domain.length() > MAX_DOMAIN_LENGTH || !DOMAIN.matcher(domain).matches()) {
            throw new IllegalArgumentException(
                    "domain \"" + domain + "\" is not a host name in lower case");
        }
    }
}
