package dev.culvert.wire.scram;

import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.security.spec.PSSParameterSpec;
import java.util.Locale;
import java.util.Optional;

/** Which hash function a certificate's signature uses. */
final class CertificateHash {
    private static final String PSS = "RSASSA-PSS";

    /** RFC 5929, section 4.1: in place of MD5 and SHA-1. */
    private static final String AT_LEAST = "SHA-256";

    private CertificateHash() {}

    /** Name for {@link MessageDigest#getInstance}; empty when there is none that is known. */
    static Optional<String> algorithm(X509Certificate certificate) {
        String signature = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
        if (signature.equals(PSS)) {
            return pssDigest(certificate.getSigAlgParams()).flatMap(CertificateHash::supported);
        }
        int with = signature.indexOf("WITH");
        return with < 0 ? Optional.empty() : supported(signature.substring(0, with));
    }

    private static Optional<String> pssDigest(byte[] encodedParameters) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance(PSS);
            parameters.init(encodedParameters);
            return Optional.of(
                    parameters.getParameterSpec(PSSParameterSpec.class).getDigestAlgorithm());
        } catch (GeneralSecurityException | IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> supported(String hash) {
        return switch (hash.toUpperCase(Locale.ROOT).replace("-", "")) {
            case "MD5", "SHA1", "SHA256" -> Optional.of(AT_LEAST);
            case "SHA224" -> Optional.of("SHA-224");
            case "SHA384" -> Optional.of("SHA-384");
            case "SHA512" -> Optional.of("SHA-512");
            case "SHA512/224" -> Optional.of("SHA-512/224");
            case "SHA512/256" -> Optional.of("SHA-512/256");
            case "SHA3224" -> Optional.of("SHA3-224");
            case "SHA3256" -> Optional.of("SHA3-256");
            case "SHA3384" -> Optional.of("SHA3-384");
            case "SHA3512" -> Optional.of("SHA3-512");
            default -> Optional.empty();
        };
    }
}
