package dev.culvert.agent.config;

import dev.culvert.certs.CertificateFileException;
import dev.culvert.certs.load.CertificateFiles;
import dev.culvert.certs.load.PemFiles;
import dev.culvert.front.listen.FrontSettings;
import dev.culvert.relay.config.RelaySettings;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A configuration that makes sense.
 *
 * @param values what it was made of
 * @param certificates the relay's certificates; empty for those of the development CA
 * @param drainMessage what agents are told when the relay is drained
 * @param log what is logged
 * @param tracing where spans go
 */
public record RelayConfig(
        Values values,
        RelaySettings settings,
        List<CertificateFiles> certificates,
        String drainMessage,
        LogSettings log,
        Optional<URI> tracing) {

    /**
     * Makes the relay's records.
     *
     * @param environment for secrets that settings name
     * @throws ConfigException when values do not go together; says where they come from
     */
    public static RelayConfig of(Values values, Map<String, String> environment) {
        try {
            FrontSettings front =
                    ListenSections.front(values)
                            .withLimits(
                                    LimitSections.connections(values),
                                    LimitSections.attempts(values))
                            .withProxyProtocol(NetworkSections.proxyProtocol(values))
                            .withTcp(NetworkSections.tcp(values));
            return new RelayConfig(
                    values,
                    new RelaySettings(
                            values.get(ListenSections.DOMAINS),
                            front,
                            TlsSection.read(values),
                            ListenSections.https(values),
                            TunnelSections.read(values),
                            DrainSection.read(values),
                            AccessSection.read(values, environment),
                            AdminSection.read(values)),
                    TlsSection.files(values, environment),
                    values.get(DrainSection.MESSAGE),
                    LogSection.read(values),
                    values.find(LogSection.OTLP));
        } catch (IllegalArgumentException | CertificateFileException e) {
            throw new ConfigException(List.of(explain(String.valueOf(e.getMessage()), values)));
        }
    }

    /** Whether it listens to others than this machine, and asks agents for nothing. */
    public boolean isOpenToStrangers() {
        return settings.access().open()
                && !InetAddress.ofLiteral(settings.https().host()).isLoopbackAddress();
    }

    /**
     * Loads the relay's certificates, to see whether they can be.
     *
     * @throws ConfigException when they cannot
     */
    public void loadCertificates() {
        try {
            certificates.forEach(PemFiles::load);
        } catch (CertificateFileException e) {
            throw new ConfigException(List.of(String.valueOf(e.getMessage())));
        }
    }

    /** Adds where the values come from that a record's message names. */
    static String explain(String message, Values values) {
        String origins =
                Catalogue.settings().stream()
                        .filter(setting -> values.isGiven(setting) && names(message, setting))
                        .map(setting -> setting.key() + " is from " + values.source(setting))
                        .collect(Collectors.joining(", "));
        return origins.isEmpty() ? message : message + " (" + origins + ")";
    }

    private static boolean names(String message, Setting<?> setting) {
        return Pattern.compile("(?<![\\w.])" + Pattern.quote(setting.key()) + "(?![\\w]|\\.\\w)")
                .matcher(message)
                .find();
    }
}
