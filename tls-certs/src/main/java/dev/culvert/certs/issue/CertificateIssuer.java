package dev.culvert.certs.issue;

import dev.culvert.certs.CertificateNames;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.SequencedSet;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Builds and signs certificates with the profile of RFC 5280 section 4.2: EC P-256 keys, SHA-256,
 * random serial numbers. Keys and signatures are the JDK's. Stateless apart from its parameters.
 */
final class CertificateIssuer {
    /** Long enough not to be noticed; the CA is trusted on one machine only. */
    static final int CA_YEARS = 10;

    /** The longest life that browsers and Apple's TLS accept for a server certificate. */
    static final Duration LEAF_LIFE = Duration.ofDays(397);

    /** Tolerates peers whose clock is behind. Counted as part of the life. */
    private static final Duration BACKDATED = Duration.ofHours(1);

    private static final int SERIAL_BITS = 128;

    /** RFC 5280 appendix A.1, ub-common-name. */
    private static final int MAX_COMMON_NAME = 64;

    private static final SecureRandom RANDOM = new SecureRandom();

    private CertificateIssuer() {}

    static KeyPair newKeyPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("Every Java runtime has P-256 keys.", impossible);
        }
    }

    /** A self-signed CA that may sign leaves and nothing else. */
    static X509Certificate authority(KeyPair keys, String commonName, Instant now) {
        X500Name name = commonName(commonName);
        Instant from = start(now);
        Instant to = from.plus(CA_YEARS * 365L, ChronoUnit.DAYS);
        var builder =
                new JcaX509v3CertificateBuilder(
                        name, serial(), Date.from(from), Date.from(to), name, keys.getPublic());
        try {
            JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    ids.createSubjectKeyIdentifier(keys.getPublic()));
            return sign(builder, keys.getPrivate());
        } catch (IOException | GeneralSecurityException failed) {
            throw new IllegalStateException("The CA certificate cannot be made.", failed);
        }
    }

    /** A server's certificate for names that are already normalized and checked. */
    static X509Certificate server(
            KeyPair keys,
            SequencedSet<String> names,
            X509Certificate ca,
            PrivateKey caKey,
            Instant now) {
        return leaf(keys, names.getFirst(), names, KeyPurposeId.id_kp_serverAuth, ca, caKey, now);
    }

    /** A client's certificate; clients are known by their common name. */
    static X509Certificate client(
            KeyPair keys, String name, X509Certificate ca, PrivateKey caKey, Instant now) {
        return leaf(
                keys, name, new LinkedHashSet<>(), KeyPurposeId.id_kp_clientAuth, ca, caKey, now);
    }

    private static X509Certificate leaf(
            KeyPair keys,
            String commonName,
            SequencedSet<String> names,
            KeyPurposeId purpose,
            X509Certificate ca,
            PrivateKey caKey,
            Instant now) {
        Instant from = start(now);
        // both ends count, RFC 5280 section 4.1.2.5
        Instant to = from.plus(LEAF_LIFE).minusSeconds(1);
        Instant caEnd = ca.getNotAfter().toInstant();
        var builder =
                new JcaX509v3CertificateBuilder(
                        X500Name.getInstance(ca.getSubjectX500Principal().getEncoded()),
                        serial(),
                        Date.from(from),
                        Date.from(to.isAfter(caEnd) ? caEnd : to),
                        commonName(commonName),
                        keys.getPublic());
        try {
            JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    ids.createSubjectKeyIdentifier(keys.getPublic()));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    ids.createAuthorityKeyIdentifier(ca.getPublicKey()));
            if (!names.isEmpty()) {
                builder.addExtension(Extension.subjectAlternativeName, false, alternatives(names));
            }
            return sign(builder, caKey);
        } catch (IOException | GeneralSecurityException failed) {
            throw new IllegalStateException("The certificate cannot be made.", failed);
        }
    }

    private static GeneralNames alternatives(SequencedSet<String> names) {
        return new GeneralNames(
                names.stream().map(CertificateIssuer::generalName).toArray(GeneralName[]::new));
    }

    private static GeneralName generalName(String name) {
        return CertificateNames.isIpAddress(name)
                ? new GeneralName(
                        GeneralName.iPAddress,
                        new DEROctetString(InetAddress.ofLiteral(name).getAddress()))
                : new GeneralName(GeneralName.dNSName, name);
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key)
            throws IOException, GeneralSecurityException {
        try {
            byte[] encoded =
                    builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key))
                            .getEncoded();
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(encoded));
        } catch (OperatorCreationException noSigner) {
            throw new GeneralSecurityException(noSigner);
        }
    }

    /** Positive, never zero, at most 17 bytes encoded (RFC 5280 section 4.1.2.2 allows 20). */
    private static BigInteger serial() {
        return new BigInteger(SERIAL_BITS, RANDOM).setBit(SERIAL_BITS - 1);
    }

    private static Instant start(Instant now) {
        return now.truncatedTo(ChronoUnit.SECONDS).minus(BACKDATED);
    }

    private static X500Name commonName(String text) {
        String fitting =
                text.length() <= MAX_COMMON_NAME ? text : text.substring(0, MAX_COMMON_NAME);
        return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, fitting).build();
    }
}
