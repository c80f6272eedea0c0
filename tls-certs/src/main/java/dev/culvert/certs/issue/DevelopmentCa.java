package dev.culvert.certs.issue;

import dev.culvert.certs.CertificateFileException;
import dev.culvert.certs.CertificateNames;
import dev.culvert.certs.ClientCertificate;
import dev.culvert.certs.ServerCertificate;
import dev.culvert.certs.load.PemText;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A certificate authority of the user's own, for development, and the server certificate under it,
 * kept in a directory that only the user can enter.
 *
 * <p>Safe for use by several threads, and by several processes with the same directory: changes
 * happen under a lock on {@code ca.lock}. All methods that touch files block, and report trouble as
 * {@link CertificateFileException}. The CA's key stays in this object and in {@code ca.key};
 * whoever has it can impersonate any host to whoever trusts {@code ca.crt}.
 */
public final class DevelopmentCa {
    /** A stored server certificate with less than this left is replaced at the next start. */
    static final Duration RENEW_BEFORE = Duration.ofDays(30);

    private static final Logger log = LoggerFactory.getLogger(DevelopmentCa.class);

    private final PrivateDirectory directory;
    private final Clock clock;
    private final CaFiles.Authority authority;
    private final ServerFiles server;

    private DevelopmentCa(PrivateDirectory directory, Clock clock, CaFiles.Authority authority) {
        this.directory = directory;
        this.clock = clock;
        this.authority = authority;
        this.server = new ServerFiles(directory);
    }

    /**
     * Opens the CA in a directory, or makes one if there is none. Two processes that do so at the
     * same time end with the same CA.
     *
     * @throws CertificateFileException if the files are expired, damaged, incomplete, readable by
     *     others or not accessible; the message names the file and the remedy
     */
    public static DevelopmentCa openOrCreate(Path directory, Clock clock) {
        PrivateDirectory opened = PrivateDirectory.open(directory);
        CaFiles files = new CaFiles(opened);
        return new DevelopmentCa(
                opened, clock, opened.exclusively(() -> files.openOrCreate(clock.instant())));
    }

    /**
     * Where a user's CA belongs: {@code $CULVERT_HOME/certs}, else {@code
     * $XDG_DATA_HOME/culvert/certs}, else {@code ~/.local/share/culvert/certs}. Empty variables
     * count as unset, and so does a relative {@code XDG_DATA_HOME}, as its specification demands.
     */
    public static Path userDirectory(Map<String, String> env, String userHome) {
        String culvertHome = env.getOrDefault("CULVERT_HOME", "");
        if (!culvertHome.isBlank()) {
            return Path.of(culvertHome).resolve("certs");
        }
        String dataHome = env.getOrDefault("XDG_DATA_HOME", "");
        Path data =
                !dataHome.isBlank() && Path.of(dataHome).isAbsolute()
                        ? Path.of(dataHome)
                        : Path.of(userHome, ".local", "share");
        return data.resolve("culvert").resolve("certs");
    }

    /**
     * The server certificate for these names: DNS names, wildcards such as {@code
     * *.culvert.localhost}, IP addresses. The stored one is returned if this CA signed it, it
     * covers the names and has more than 30 days left; otherwise a new one is issued, with a new
     * key, and stored in its place.
     *
     * @throws IllegalArgumentException if there are no names or one cannot be in a certificate
     * @throws CertificateFileException if the files cannot be read or written, or others can read
     *     the key
     */
    public ServerCertificate serverCertificate(SequencedSet<String> names) {
        SequencedSet<String> wanted = issuable(names);
        return directory.exclusively(() ->
                server.read()
                        .filter(stored -> stillGood(stored, wanted))
                        .orElseGet(() -> issueAndStore(wanted)));
    }

    /**
     * Replaces the stored server certificate and its key by new ones for the same names.
     *
     * @throws CertificateFileException if there is none to replace, or on trouble with the files
     */
    public ServerCertificate renew() {
        return directory.exclusively(() -> issueAndStore(server.readNames()));
    }

    /**
     * A new certificate, with a new key, by which a client shows who it is. It is not stored.
     *
     * @throws IllegalArgumentException if the name is blank
     */
    public ClientCertificate clientCertificate(String commonName) {
        if (commonName.isBlank()) {
            throw new IllegalArgumentException("A client certificate needs a common name.");
        }
        KeyPair keys = CertificateIssuer.newKeyPair();
        X509Certificate leaf =
                CertificateIssuer.client(
                        keys,
                        commonName,
                        authority.certificate(),
                        authority.key(),
                        clock.instant());
        return new ClientCertificate(List.of(leaf), keys.getPrivate());
    }

    /** The CA's certificate, for a trust store in this process. */
    public X509Certificate caCertificate() {
        return authority.certificate();
    }

    /** The CA's certificate as PEM text, for a trust store elsewhere. */
    public String caCertificatePem() {
        return PemText.certificate(authority.certificate());
    }

    /** The file to trust, for {@code sslrootcert=} and the like. */
    public Path caFile() {
        return directory.resolve(CaFiles.CERTIFICATE);
    }

    /** Where the server certificate is stored, for other programs to read. */
    public Path serverCertificateFile() {
        return server.certificateFile();
    }

    /** Where the server's key is stored. */
    public Path serverKeyFile() {
        return server.keyFile();
    }

    /** Names the file; never the key. */
    @Override
    public String toString() {
        return "DevelopmentCa[" + caFile() + "]";
    }

    private ServerCertificate issueAndStore(SequencedSet<String> names) {
        KeyPair keys = CertificateIssuer.newKeyPair();
        PrivateKey caKey = authority.key();
        X509Certificate leaf =
                CertificateIssuer.server(
                        keys, names, authority.certificate(), caKey, clock.instant());
        ServerCertificate issued = new ServerCertificate(List.of(leaf), keys.getPrivate());
        server.write(issued);
        log.atInfo()
                .addKeyValue("file", server.certificateFile())
                .addKeyValue("names", names)
                .addKeyValue("notAfter", issued.notAfter())
                .log("Issued a server certificate for development.");
        return issued;
    }

    private boolean stillGood(ServerCertificate stored, SequencedSet<String> wanted) {
        SequencedSet<String> names = stored.names();
        return signedByThisCa(stored.leaf())
                && outlivesRenewal(stored)
                && wanted.stream()
                        .allMatch(name ->
                                names.contains(name)
                                        || names.stream()
                                                .anyMatch(it -> CertificateNames.covers(it, name)));
    }

    /** Near the CA's own end, a new certificate would be no longer than the old one. */
    private boolean outlivesRenewal(ServerCertificate stored) {
        Instant now = clock.instant();
        Instant caEnd = authority.certificate().getNotAfter().toInstant();
        Instant from = stored.leaf().getNotBefore().toInstant();
        return !now.isBefore(from)
                && (stored.notAfter().isAfter(now.plus(RENEW_BEFORE))
                        || (stored.notAfter().equals(caEnd) && now.isBefore(caEnd)));
    }

    private boolean signedByThisCa(X509Certificate leaf) {
        try {
            leaf.verify(authority.certificate().getPublicKey());
            return true;
        } catch (GeneralSecurityException anotherCa) {
            return false;
        }
    }

    private static SequencedSet<String> issuable(SequencedSet<String> names) {
        if (names.isEmpty()) {
            throw new IllegalArgumentException("A server certificate needs at least one name.");
        }
        SequencedSet<String> checked = new LinkedHashSet<>();
        for (String name : names) {
            checked.add(CertificateNames.requireIssuable(name));
        }
        return checked;
    }
}
