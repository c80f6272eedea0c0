package dev.culvert.agent.config;

import dev.culvert.certs.load.CertificateFiles;
import dev.culvert.certs.load.PemFiles;
import dev.culvert.front.listen.ClientCertificates;
import dev.culvert.front.listen.TlsSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Certificates: the relay's own, and those of clients. */
final class TlsSection {
    static final Setting<List<Path>> CERTIFICATES =
            Setting.of(
                    "tls.certificates",
                    "--cert",
                    SettingType.listOf(SettingType.FILE),
                    List.of(),
                    "Certificate chains in PEM; several for several domains, chosen by the"
                            + " client's host name. Watched, and taken into use when they change."
                            + " Without, the relay uses your development CA (see `culvert"
                            + " certs`).");

    static final Setting<List<Path>> KEYS =
            Setting.of(
                    "tls.keys",
                    "--key",
                    SettingType.listOf(SettingType.FILE),
                    List.of(),
                    "The certificates' keys in PEM, in the same order.");

    static final Setting<String> PASSPHRASE_VARIABLE =
            Setting.optional(
                    "tls.keyPassphraseEnv",
                    "--key-passphrase-env",
                    SettingType.TEXT,
                    "none",
                    "Environment variable that holds the keys' passphrase.");

    static final Setting<List<String>> CLIENT_CAS =
            Setting.of(
                    "tls.clientCas",
                    "--client-ca",
                    SettingType.listOf(SettingType.TEXT),
                    List.of(),
                    "CAs of the certificates that clients must show, in addition to their password:"
                            + " FILE for all domains, or DOMAIN=FILE for one. A certificate stands"
                            + " for the user that its common name, e-mail address or DNS name"
                            + " says.");

    static final Setting<Boolean> CLIENT_CERTIFICATE_OPTIONAL =
            Setting.of(
                    "tls.clientCertificateOptional",
                    "--client-cert-optional",
                    SettingType.SWITCH,
                    false,
                    "Let clients in that show no certificate.");

    static final Setting<TlsSettings.Engine> ENGINE =
            Setting.of(
                    "tls.engine",
                    "--tls-engine",
                    SettingType.oneOf(TlsSettings.Engine.class),
                    TlsSettings.Engine.BEST,
                    "OpenSSL's TLS where it loads (best), or the JDK's.");

    static final Section TLS =
            Section.of(
                    "tls",
                    "Certificates, see [tls.md](tls.md).",
                    CERTIFICATES,
                    KEYS,
                    PASSPHRASE_VARIABLE,
                    CLIENT_CAS,
                    CLIENT_CERTIFICATE_OPTIONAL,
                    ENGINE);

    private TlsSection() {}

    /** The relay's own certificates; empty for those of the development CA. */
    static List<CertificateFiles> files(Values values, Map<String, String> environment) {
        List<Path> certificates = values.get(CERTIFICATES);
        List<Path> keys = values.get(KEYS);
        if (certificates.size() != keys.size()) {
            throw new IllegalArgumentException(
                    "there are "
                            + certificates.size()
                            + " tls.certificates and "
                            + keys.size()
                            + " tls.keys; give a key for each certificate");
        }
        char[] passphrase = passphrase(values, environment);
        List<CertificateFiles> files = new ArrayList<>();
        for (int i = 0; i < certificates.size(); i++) {
            files.add(
                    passphrase == null
                            ? CertificateFiles.of(certificates.get(i), keys.get(i))
                            : CertificateFiles.of(certificates.get(i), keys.get(i), passphrase));
        }
        return files;
    }

    static TlsSettings read(Values values) {
        List<ClientCertificates> policies = new ArrayList<>();
        for (String clientCa : values.get(CLIENT_CAS)) {
            int equals = clientCa.indexOf('=');
            policies.add(
                    new ClientCertificates(
                            equals < 0 ? null : clientCa.substring(0, equals),
                            PemFiles.loadTrustAnchors(Path.of(clientCa.substring(equals + 1))),
                            !values.get(CLIENT_CERTIFICATE_OPTIONAL)));
        }
        return new TlsSettings(values.get(ENGINE), policies);
    }

    private static char @Nullable [] passphrase(Values values, Map<String, String> environment) {
        return values.find(PASSPHRASE_VARIABLE)
                .map(variable -> {
                    String passphrase = environment.get(variable);
                    if (passphrase == null) {
                        throw new IllegalArgumentException(
                                "the environment variable "
                                        + variable
                                        + " of tls.keyPassphraseEnv is not set");
                    }
                    return passphrase.toCharArray();
                })
                .orElse(null);
    }
}
