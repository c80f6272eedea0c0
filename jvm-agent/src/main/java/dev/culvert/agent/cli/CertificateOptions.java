package dev.culvert.agent.cli;

import dev.culvert.certs.load.CertificateFiles;
import dev.culvert.certs.load.PemFiles;
import dev.culvert.front.listen.ClientCertificates;
import dev.culvert.front.listen.TlsSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options about certificates: the relay's own, and those of clients. */
final class CertificateOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--cert",
            paramLabel = "FILE",
            description =
                    "Certificate chain in PEM; several for several domains, chosen by the client's"
                            + " host name. Watched, and taken into use when it changes. Without,"
                            + " the relay uses your development CA (see `culvert certs`).")
    private List<Path> certificates = new ArrayList<>();

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "The certificate's key in PEM; as many as --cert, in the same order.")
    private List<Path> keys = new ArrayList<>();

    @Option(
            names = "--key-passphrase-env",
            paramLabel = "VARIABLE",
            description = "Environment variable that holds the keys' passphrase.")
    private @Nullable String passphraseVariable;

    @Option(
            names = "--client-ca",
            paramLabel = "[DOMAIN=]FILE",
            description =
                    "CA of the certificates that clients must show, for one domain or for all, in"
                            + " addition to their password. A certificate stands for the user that"
                            + " its common name, e-mail address or DNS name says.")
    private List<String> clientCas = new ArrayList<>();

    @Option(
            names = "--client-cert-optional",
            description = "Let clients in that show no certificate.")
    private boolean clientCertificateOptional;

    @Option(
            names = "--tls-engine",
            paramLabel = "ENGINE",
            defaultValue = "BEST",
            description = "${COMPLETION-CANDIDATES}: OpenSSL's TLS where it loads, or the JDK's.")
    private TlsSettings.Engine engine = TlsSettings.Engine.BEST;

    /** The relay's own certificates; empty for those of the development CA. */
    List<CertificateFiles> files() {
        if (certificates.size() != keys.size()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "there are "
                            + certificates.size()
                            + " --cert and "
                            + keys.size()
                            + " --key; give a --key for each --cert");
        }
        char[] passphrase = passphrase();
        List<CertificateFiles> files = new ArrayList<>();
        for (int i = 0; i < certificates.size(); i++) {
            files.add(
                    passphrase == null
                            ? CertificateFiles.of(certificates.get(i), keys.get(i))
                            : CertificateFiles.of(certificates.get(i), keys.get(i), passphrase));
        }
        return files;
    }

    /** How clients' connections are encrypted. */
    TlsSettings tls() {
        List<ClientCertificates> policies = new ArrayList<>();
        for (String clientCa : clientCas) {
            int equals = clientCa.indexOf('=');
            policies.add(
                    new ClientCertificates(
                            equals < 0 ? null : clientCa.substring(0, equals),
                            PemFiles.loadTrustAnchors(Path.of(clientCa.substring(equals + 1))),
                            !clientCertificateOptional));
        }
        return new TlsSettings(engine, policies);
    }

    private char @Nullable [] passphrase() {
        String variable = passphraseVariable;
        if (variable == null) {
            return null;
        }
        String passphrase = System.getenv(variable);
        if (passphrase == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "the environment variable " + variable + " of --key-passphrase-env is not set");
        }
        return passphrase.toCharArray();
    }
}
