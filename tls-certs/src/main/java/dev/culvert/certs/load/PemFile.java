package dev.culvert.certs.load;

import dev.culvert.certs.CertificateFileException;
import dev.culvert.certs.CertificateProblem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.bouncycastle.util.encoders.DecoderException;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.jspecify.annotations.Nullable;

/**
 * One file's PEM blocks, read once. Text outside the blocks, CRLF line ends and a byte order mark
 * are tolerated.
 */
final class PemFile {
    /** The longest chains and largest bundles of trust anchors are a quarter of this. */
    static final int MAX_BYTES = 1 << 20;

    /** A DER file starts with the tag of a SEQUENCE in long form. */
    private static final byte[] DER = {0x30, (byte) 0x82};

    private static final Set<String> CERTIFICATE_TYPES =
            Set.of("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE");

    private static final String BEGIN = "-----BEGIN";
    private static final Pattern END_LINE = Pattern.compile("-----END [^-\\r\\n]+-----");

    private final Path path;
    private final List<PemObject> blocks;
    private final boolean der;

    private PemFile(Path path, List<PemObject> blocks, boolean der) {
        this.path = path;
        this.blocks = blocks;
        this.der = der;
    }

    static PemFile read(Path path) {
        byte[] bytes = bytesOf(path);
        boolean der = bytes.length > 1 && bytes[0] == DER[0] && bytes[1] == DER[1];
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.isBlank()) {
            throw new CertificateFileException(
                    path, CertificateProblem.INCOMPLETE, "the file is empty");
        }
        if (endsInsideBlock(text)) {
            throw new CertificateFileException(
                    path,
                    CertificateProblem.INCOMPLETE,
                    "ends inside a PEM block; the file is cut off or still being written");
        }
        return new PemFile(path, blocksOf(path, text), der);
    }

    Path path() {
        return path;
    }

    /** Every certificate in the file, in its order; at least one. */
    List<X509Certificate> certificates() {
        List<X509Certificate> certificates = new ArrayList<>();
        for (PemObject block : blocks) {
            if (CERTIFICATE_TYPES.contains(block.getType())) {
                certificates.add(certificateOf(block));
            }
        }
        if (certificates.isEmpty()) {
            throw nothingIn(
                    CertificateProblem.NO_CERTIFICATE,
                    "holds no certificate (expected a block that begins with -----BEGIN"
                            + " CERTIFICATE-----)",
                    "openssl x509 -inform der");
        }
        return certificates;
    }

    /** The first private key in the file. */
    PrivateKey privateKey(char @Nullable [] passphrase) {
        Optional<PemObject> key =
                blocks.stream()
                        .filter(block -> block.getType().endsWith("PRIVATE KEY"))
                        .findFirst();
        if (key.isEmpty()) {
            throw nothingIn(
                    CertificateProblem.NO_KEY,
                    "holds no private key (expected a block that begins with -----BEGIN PRIVATE"
                            + " KEY----- or the like)",
                    "openssl pkey -inform der");
        }
        return new PrivateKeyBlock(path, key.get()).decode(passphrase);
    }

    private CertificateFileException nothingIn(
            CertificateProblem problem, String text, String converter) {
        String remedy =
                der
                        ? "; it looks like binary DER or PKCS#12, convert it to PEM, for DER with: "
                                + converter
                        : "";
        return new CertificateFileException(path, problem, text + remedy);
    }

    private X509Certificate certificateOf(PemObject block) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(block.getContent()));
        } catch (CertificateException malformed) {
            throw new CertificateFileException(
                    path,
                    CertificateProblem.MALFORMED,
                    "a certificate in it cannot be decoded: " + malformed.getMessage(),
                    malformed);
        }
    }

    private static byte[] bytesOf(Path path) {
        if (Files.isDirectory(path)) {
            throw new CertificateFileException(
                    path, CertificateProblem.NOT_ACCESSIBLE, "is a directory, not a file");
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(path)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (NoSuchFileException absent) {
            throw new CertificateFileException(
                    path, CertificateProblem.NOT_FOUND, "the file does not exist", absent);
        } catch (IOException unreadable) {
            throw new CertificateFileException(
                    path,
                    CertificateProblem.NOT_ACCESSIBLE,
                    "the file cannot be read by this process (" + unreadable + ")",
                    unreadable);
        }
        if (bytes.length > MAX_BYTES) {
            throw new CertificateFileException(
                    path,
                    CertificateProblem.TOO_LARGE,
                    "is larger than 1 MiB, which no certificate or key file is");
        }
        return bytes;
    }

    /** Asked before parsing, so that a cut file and a damaged one are told apart. */
    private static boolean endsInsideBlock(String text) {
        int lastBegin = text.lastIndexOf(BEGIN);
        if (lastBegin >= 0 && !END_LINE.matcher(text).find(lastBegin)) {
            return true;
        }
        String lastLine = text.substring(text.lastIndexOf('\n') + 1);
        return !lastLine.isEmpty() && BEGIN.startsWith(lastLine);
    }

    private static List<PemObject> blocksOf(Path path, String text) {
        List<PemObject> blocks = new ArrayList<>();
        String content = text.startsWith("\uFEFF") ? text.substring(1) : text;
        try (PemReader reader = new PemReader(new StringReader(content))) {
            for (PemObject block = reader.readPemObject();
                    block != null;
                    block = reader.readPemObject()) {
                blocks.add(block);
            }
        } catch (IOException | DecoderException malformed) {
            throw new CertificateFileException(
                    path,
                    CertificateProblem.MALFORMED,
                    "a PEM block in it cannot be decoded",
                    malformed);
        }
        return blocks;
    }
}
