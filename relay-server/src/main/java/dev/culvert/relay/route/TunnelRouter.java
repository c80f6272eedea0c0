package dev.culvert.relay.route;

import dev.culvert.front.backend.Backend;
import dev.culvert.front.backend.Backends;
import dev.culvert.front.backend.Route;
import dev.culvert.front.refuse.Refusals;
import dev.culvert.wire.startup.Setting;
import dev.culvert.wire.startup.StartupMessage;
import dev.culvert.wire.startup.StartupOptions;
import io.netty.util.NetUtil;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds the tunnel that a client means.
 *
 * <ol>
 *   <li>The SNI host name {@code NAME.domain}. The domain itself, {@code localhost} and IP
 *       addresses (which RFC 6066 forbids there, and some clients send) say nothing; any other host
 *       is refused.
 *   <li>{@code options=tunnel=NAME}, which the backend does not get to see.
 *   <li>Without these two, a user of the form {@code user.NAME}.
 * </ol>
 */
public final class TunnelRouter implements Backends {
    private static final String LOCALHOST = "localhost";

    private final List<String> domains;
    private final Function<String, Optional<? extends Backend>> liveTunnels;

    /**
     * A router over the live tunnels, by name.
     *
     * @param domains under which the tunnels have their names; texts name the first
     */
    public TunnelRouter(
            List<String> domains, Function<String, Optional<? extends Backend>> liveTunnels) {
        this.domains = List.copyOf(domains);
        this.liveTunnels = liveTunnels;
    }

    @Override
    public Route route(@Nullable String sniHost, StartupMessage startup) {
        String bySni = null;
        if (sniHost != null) {
            String host = withoutTrailingDot(sniHost.toLowerCase(Locale.ROOT));
            if (!isOwnName(host)) {
                String domain = domainOf(host);
                if (domain == null) {
                    return new Route.Refused(Refusals.unknownDomain(host, domains.getFirst()));
                }
                bySni = host.substring(0, host.length() - domain.length() - 1);
            }
        }
        List<Setting> settings = StartupOptions.parse(startup.options());
        Optional<String> byOptions =
                settings.stream()
                        .filter(TunnelRouter::namesTunnel)
                        .map(Setting::value)
                        .reduce((_, last) -> last);
        if (byOptions.isPresent()) {
            if (bySni != null && !bySni.equals(byOptions.get())) {
                return new Route.Refused(Refusals.routesDisagree(bySni, byOptions.get()));
            }
            return find(byOptions.get(), withoutTunnel(startup, settings));
        }
        return bySni != null ? find(bySni, startup) : routeByUser(startup);
    }

    private Route routeByUser(StartupMessage startup) {
        String user = startup.user();
        int dot = user.lastIndexOf('.');
        if (dot <= 0) {
            return new Route.Refused(Refusals.noRoute(domains.getFirst()));
        }
        String plainUser = user.substring(0, dot);
        // without a database name, the user's name is the database's
        String database = startup.database().equals(user) ? plainUser : startup.database();
        return find(
                user.substring(dot + 1),
                startup.with("user", plainUser).with("database", database));
    }

    private Route find(String name, StartupMessage startup) {
        if (!TunnelNames.isValid(name)) {
            return new Route.Refused(Refusals.malformedName(name));
        }
        Optional<? extends Backend> tunnel = liveTunnels.apply(name);
        return tunnel.isPresent()
                ? new Route.Found(tunnel.get(), startup)
                : new Route.Refused(Refusals.noTunnel(name));
    }

    /** Whether the host is the relay itself or an address, which says nothing about a tunnel. */
    private boolean isOwnName(String host) {
        return host.equals(LOCALHOST)
                || domains.contains(host)
                || NetUtil.isValidIpV4Address(host)
                || NetUtil.isValidIpV6Address(host);
    }

    private @Nullable String domainOf(String host) {
        for (String domain : domains) {
            if (host.length() > domain.length() + 1 && host.endsWith("." + domain)) {
                return domain;
            }
        }
        return null;
    }

    private static String withoutTrailingDot(String host) {
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }

    private static StartupMessage withoutTunnel(StartupMessage startup, List<Setting> settings) {
        List<Setting> others = settings.stream().filter(setting -> !namesTunnel(setting)).toList();
        return others.isEmpty()
                ? startup.without("options")
                : startup.with("options", StartupOptions.format(others));
    }

    private static boolean namesTunnel(Setting setting) {
        return setting.name().equals(StartupOptions.TUNNEL);
    }
}
