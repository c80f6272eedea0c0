package dev.culvert.wire.scram;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The functions H, HMAC and Hi of RFC 5802 section 2.2, with SHA-256. */
final class ScramHash {
    /** Bytes of a hash, and so of every key, signature and proof. */
    static final int LENGTH = 32;

    private static final String HMAC = "HmacSHA256";

    private ScramHash() {}

    /** H. */
    static byte[] hash(byte[] data) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(data);
        } catch (GeneralSecurityException e) {
            throw missing(e);
        }
    }

    /** HMAC over the parts, one after the other. The key must not be empty. */
    static byte[] hmac(byte[] key, byte[]... parts) {
        Mac mac = mac(key);
        for (byte[] part : parts) {
            mac.update(part);
        }
        return mac.doFinal();
    }

    /**
     * Hi: PBKDF2 with HMAC, one block. Written out, because Java's own takes characters and encodes
     * them itself, which loses passwords that are not text.
     */
    static byte[] iterate(byte[] password, byte[] salt, int iterations) {
        // HMAC pads its key with zeros, so that one zero byte stands for the empty key, which
        // SecretKeySpec refuses
        Mac mac = mac(password.length == 0 ? new byte[1] : password);
        mac.update(salt);
        byte[] block = mac.doFinal(new byte[] {0, 0, 0, 1});
        byte[] result = block.clone();
        for (int i = 1; i < iterations; i++) {
            block = mac.doFinal(block);
            result = xor(result, block);
        }
        return result;
    }

    static byte[] xor(byte[] left, byte[] right) {
        var result = new byte[left.length];
        for (int i = 0; i < left.length; i++) {
            result[i] = (byte) (left[i] ^ right[i]);
        }
        return result;
    }

    private static Mac mac(byte[] key) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac;
        } catch (GeneralSecurityException e) {
            throw missing(e);
        }
    }

    private static IllegalStateException missing(GeneralSecurityException e) {
        return new IllegalStateException("every Java platform has SHA-256", e);
    }
}
