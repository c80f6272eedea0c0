package dev.culvert.certs;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * Whether two halves are one key pair, found out by signing a fixed text with one and checking it
 * with the other, which works alike for every algorithm and for keys that cannot be exported.
 */
final class KeyMatch {
    /** Only ever signed here, and in no form that a protocol would accept. */
    private static final byte[] PROBE =
            "Culvert checks that this key belongs to its certificate"
                    .getBytes(StandardCharsets.US_ASCII);

    private KeyMatch() {}

    /** False also when the key's algorithm is one that the JDK cannot sign with. */
    static boolean matches(PublicKey publicKey, PrivateKey privateKey) {
        String algorithm = algorithmOf(privateKey);
        if (algorithm == null || !algorithm.equals(algorithmOf(publicKey))) {
            return false;
        }
        try {
            Signature signature = Signature.getInstance(algorithm);
            AlgorithmParameterSpec parameters = parametersOf(algorithm);
            if (parameters != null) {
                signature.setParameter(parameters);
            }
            signature.initSign(privateKey);
            signature.update(PROBE);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(PROBE);
            return signature.verify(signed);
        } catch (GeneralSecurityException doNotFit) {
            return false;
        }
    }

    private static @Nullable String algorithmOf(Key key) {
        return switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "RSASSA-PSS" -> "RSASSA-PSS";
            case "EC" -> "SHA256withECDSA";
            case "EdDSA", "Ed25519", "Ed448" -> "EdDSA";
            default -> null;
        };
    }

    private static @Nullable AlgorithmParameterSpec parametersOf(String algorithm) {
        return algorithm.equals("RSASSA-PSS")
                ? new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1)
                : null;
    }
}
