package dev.culvert.certs.load;

import dev.culvert.certs.CertificateFileException;
import dev.culvert.certs.CertificateProblem;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;
import org.jspecify.annotations.Nullable;

/**
 * One PEM block that says it is a private key, and the ways to get the key out of it: PKCS#8 (RFC
 * 5958) plain and encrypted, and what OpenSSL calls the traditional forms, PKCS#1 for RSA and SEC1
 * for elliptic curves, plain or encrypted with a {@code DEK-Info} header.
 *
 * <p>Bouncy Castle opens the container, with a provider that only this class sees; the key itself
 * is made by the JDK, so that TLS uses the JDK's implementation.
 */
final class PrivateKeyBlock {
    /** What TLS servers use, and the JDK has. */
    private static final Map<ASN1ObjectIdentifier, String> ALGORITHMS =
            Map.of(
                    PKCSObjectIdentifiers.rsaEncryption, "RSA",
                    PKCSObjectIdentifiers.id_RSASSA_PSS, "RSASSA-PSS",
                    X9ObjectIdentifiers.id_ecPublicKey, "EC",
                    EdECObjectIdentifiers.id_Ed25519, "EdDSA",
                    EdECObjectIdentifiers.id_Ed448, "EdDSA");

    /** The curves of TLS 1.3 certificates; the JDK parses some others and cannot sign with them. */
    private static final Set<ASN1ObjectIdentifier> CURVES =
            Set.of(
                    SECObjectIdentifiers.secp256r1,
                    SECObjectIdentifiers.secp384r1,
                    SECObjectIdentifiers.secp521r1);

    private final Path path;
    private final PemObject block;

    PrivateKeyBlock(Path path, PemObject block) {
        this.path = path;
        this.block = block;
    }

    PrivateKey decode(char @Nullable [] passphrase) {
        try {
            PrivateKeyInfo info =
                    switch (block.getType()) {
                        case "PRIVATE KEY" -> PrivateKeyInfo.getInstance(block.getContent());
                        case "ENCRYPTED PRIVATE KEY" -> encryptedPkcs8(passphrase);
                        case "RSA PRIVATE KEY", "EC PRIVATE KEY" -> traditional(passphrase);
                        default -> throw unknownForm();
                    };
            return keyOf(info);
        } catch (IOException | IllegalArgumentException | ClassCastException malformed) {
            throw problem(
                    CertificateProblem.MALFORMED, "its private key cannot be decoded", malformed);
        }
    }

    private PrivateKeyInfo encryptedPkcs8(char @Nullable [] passphrase) throws IOException {
        char[] secret = require(passphrase);
        PKCS8EncryptedPrivateKeyInfo encrypted =
                new PKCS8EncryptedPrivateKeyInfo(block.getContent());
        try {
            return encrypted.decryptPrivateKeyInfo(
                    new JceOpenSSLPKCS8DecryptorProviderBuilder()
                            .setProvider(Holder.PROVIDER)
                            .build(secret));
        } catch (PKCSException | OperatorCreationException | RuntimeException undecipherable) {
            Throwable cause = undecipherable.getCause();
            // how Bouncy Castle says that it has no such cipher, or no key size for it
            if (cause instanceof OperatorCreationException
                    || cause instanceof IllegalStateException) {
                throw problem(
                        CertificateProblem.UNSUPPORTED,
                        "its private key is encrypted in a way that is not supported; encrypt it"
                                + " anew with: openssl pkcs8 -topk8",
                        cause);
            }
            throw wrongPassphrase(undecipherable);
        }
    }

    private PrivateKeyInfo traditional(char @Nullable [] passphrase) throws IOException {
        Object parsed = parse();
        if (!(parsed instanceof PEMEncryptedKeyPair encrypted)) {
            return ((PEMKeyPair) parsed).getPrivateKeyInfo();
        }
        char[] secret = require(passphrase);
        try {
            return encrypted
                    .decryptKeyPair(
                            new JcePEMDecryptorProviderBuilder()
                                    .setProvider(Holder.PROVIDER)
                                    .build(secret))
                    .getPrivateKeyInfo();
        } catch (IOException | RuntimeException undecipherable) {
            // without a checksum, a wrong key shows as bad padding or as nonsense inside
            throw wrongPassphrase(undecipherable);
        }
    }

    /** Bouncy Castle knows these forms only as text, headers included. */
    private Object parse() throws IOException {
        StringWriter text = new StringWriter();
        try (PemWriter writer = new PemWriter(text)) {
            writer.writeObject(block);
        }
        try (PEMParser parser = new PEMParser(new StringReader(text.toString()))) {
            return parser.readObject();
        }
    }

    private PrivateKey keyOf(PrivateKeyInfo info) throws IOException {
        String algorithm = ALGORITHMS.get(info.getPrivateKeyAlgorithm().getAlgorithm());
        if (algorithm == null) {
            throw problem(
                    CertificateProblem.UNSUPPORTED,
                    "its private key is neither RSA, nor EC, nor Ed25519 or Ed448",
                    null);
        }
        if (algorithm.equals("EC") && !onNamedCurve(info)) {
            throw problem(
                    CertificateProblem.UNSUPPORTED,
                    "its elliptic curve is not supported; use P-256, P-384 or P-521, by name",
                    null);
        }
        try {
            return KeyFactory.getInstance(algorithm)
                    .generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
        } catch (InvalidKeySpecException refused) {
            throw problem(
                    CertificateProblem.MALFORMED, "its private key cannot be decoded", refused);
        } catch (GeneralSecurityException absent) {
            throw problem(
                    CertificateProblem.UNSUPPORTED,
                    "this Java runtime has no " + algorithm + " keys",
                    absent);
        }
    }

    private static boolean onNamedCurve(PrivateKeyInfo info) {
        return info.getPrivateKeyAlgorithm().getParameters() instanceof ASN1ObjectIdentifier curve
                && CURVES.contains(curve);
    }

    private char[] require(char @Nullable [] passphrase) {
        if (passphrase == null) {
            throw problem(
                    CertificateProblem.PASSPHRASE_MISSING,
                    "its private key is encrypted and no passphrase was given",
                    null);
        }
        return passphrase;
    }

    private CertificateFileException wrongPassphrase(Exception cause) {
        return problem(
                CertificateProblem.PASSPHRASE_WRONG,
                "the passphrase does not open its private key",
                cause);
    }

    private CertificateFileException unknownForm() {
        String remedy =
                block.getType().startsWith("OPENSSH")
                        ? "; convert it with: ssh-keygen -p -m PKCS8 -f FILE"
                        : "; convert it with: openssl pkey -in FILE";
        return problem(
                CertificateProblem.UNSUPPORTED,
                "a key of the form \"" + block.getType() + "\" is not supported" + remedy,
                null);
    }

    private CertificateFileException problem(
            CertificateProblem problem, String text, @Nullable Throwable cause) {
        return new CertificateFileException(path, problem, text, cause);
    }

    /** Made at the first encrypted key; never registered with the JDK. */
    private static final class Holder {
        static final Provider PROVIDER = new BouncyCastleProvider();
    }
}
