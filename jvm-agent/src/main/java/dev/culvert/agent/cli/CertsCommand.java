package dev.culvert.agent.cli;

import dev.culvert.certs.CertificateNames;
import dev.culvert.certs.issue.DevelopmentCa;
import dev.culvert.certs.load.PemFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code culvert certs}: the development CA and the certificate that it has issued. */
@Command(
        name = "certs",
        mixinStandardHelpOptions = true,
        description = "Shows, renews and exports the certificates of your development CA.",
        footer = {
            "",
            "Examples:",
            "  culvert certs show",
            "  culvert certs export --out culvert-ca.pem",
            "      for clients and agents on other machines"
        },
        synopsisSubcommandLabel = "COMMAND")
final class CertsCommand {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Command(description = "Prints the CA and the relay's certificate, with names and validity.")
    void show() throws IOException {
        DevelopmentCa ca = DevelopmentCertificates.ofUser().ca();
        print("CA", ca.caFile(), ca.caCertificate());
        if (Files.exists(ca.serverCertificateFile())) {
            print(
                    "Relay",
                    ca.serverCertificateFile(),
                    PemFiles.load(ca.serverCertificateFile(), ca.serverKeyFile(), null).leaf());
        } else {
            out().println("No relay has been started yet: there is no certificate.");
        }
        out().flush();
    }

    @Command(description = "Issues the relay's certificate anew, with a new key.")
    void renew() {
        DevelopmentCa ca = DevelopmentCertificates.ofUser().ca();
        print("Relay", ca.serverCertificateFile(), ca.renew().leaf());
        out().println("Running relays use it when they are started again.");
        out().flush();
    }

    @Command(description = "Prints the CA's certificate in PEM, or writes it to a file.")
    void export(
            @Option(names = "--out", paramLabel = "FILE", description = "Where to write it.")
                    @Nullable Path file)
            throws IOException {
        String pem = DevelopmentCertificates.ofUser().ca().caCertificatePem();
        if (file == null) {
            out().print(pem);
        } else {
            Files.writeString(file, pem);
        }
        out().flush();
    }

    @Command(description = "Prints the commands that make programs trust the CA.")
    void trust() {
        Path ca = DevelopmentCertificates.ofUser().caFile();
        out().print(
                        """
                        Run what you need; each makes one kind of program trust your development CA.

                        psql and everything that uses libpq:
                          export PGSSLMODE=verify-full PGSSLROOTCERT='%1$s'
                        Java (the trust store of the JDK in JAVA_HOME):
                          keytool -importcert -noprompt -cacerts -storepass changeit -alias culvert-development -file '%1$s'
                        pgjdbc alone, in the JDBC URL:
                          sslmode=verify-full&sslrootcert=%1$s
                        Node:
                          export NODE_EXTRA_CA_CERTS='%1$s'
                        curl:
                          curl --cacert '%1$s' https://localhost:8443/
                        Debian's system store:
                          sudo install -m 644 '%1$s' /usr/local/share/ca-certificates/culvert-development.crt && sudo update-ca-certificates
                        Chromium (package libnss3-tools):
                          certutil -d sql:"$HOME/.pki/nssdb" -A -t C,, -n culvert-development -i '%1$s'
                        Firefox (package libnss3-tools; for each profile):
                          for p in "$HOME"/.mozilla/firefox/*.default*; do certutil -d sql:"$p" -A -t C,, -n culvert-development -i '%1$s'; done
                        """
                                .formatted(ca));
        out().flush();
    }

    private void print(String what, Path file, X509Certificate certificate) {
        out().println(what + ": " + file);
        out().println("  subject      " + certificate.getSubjectX500Principal().getName());
        String names = String.join(", ", CertificateNames.of(certificate));
        if (!names.isEmpty()) {
            out().println("  names        " + names);
        }
        out().println("  valid        " + certificate.getNotBefore().toInstant());
        out().println("  until        " + certificate.getNotAfter().toInstant());
        out().println("  fingerprint  SHA-256 " + fingerprint(certificate));
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private static String fingerprint(X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return HexFormat.ofDelimiter(":").formatHex(digest).toUpperCase(Locale.ROOT);
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }
}
