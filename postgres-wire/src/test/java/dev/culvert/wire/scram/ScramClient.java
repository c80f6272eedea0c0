package dev.culvert.wire.scram;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The client's side of SCRAM, written plainly after RFC 5802 section 3 and nothing else. */
final class ScramClient {
    private final String header;
    private final byte[] bindingData;
    private final String bare;

    ScramClient(String header, byte[] bindingData, String user, String nonce) {
        this.header = header;
        this.bindingData = bindingData;
        this.bare = "n=" + user + ",r=" + nonce;
    }

    static ScramClient unbound() {
        return new ScramClient("n,,", new byte[0], "", "rOprNGfwEbeRWgbNEkqO");
    }

    static ScramClient bound(byte[] data) {
        return new ScramClient("p=tls-server-end-point,,", data, "", "rOprNGfwEbeRWgbNEkqO");
    }

    byte[] first() {
        return (header + bare).getBytes(UTF_8);
    }

    /** What is sent, and what the server must answer. */
    record Last(byte[] message, byte[] expectedAnswer) {}

    Last last(byte[] password, byte[] serverFirstBytes) {
        String serverFirst = new String(serverFirstBytes, UTF_8);
        Map<Character, String> attributes = new HashMap<>();
        for (String attribute : serverFirst.split(",", -1)) {
            attributes.put(attribute.charAt(0), attribute.substring(2));
        }
        byte[] salt = Base64.getDecoder().decode(attributes.get('s'));
        int iterations = Integer.parseInt(attributes.get('i'));

        byte[] saltedPassword = hi(password, salt, iterations);
        byte[] clientKey = hmac(saltedPassword, "Client Key".getBytes(UTF_8));
        byte[] storedKey = h(clientKey);
        String binding = base64(concat(header.getBytes(ISO_8859_1), bindingData));
        String withoutProof = "c=" + binding + ",r=" + attributes.get('r');
        byte[] authMessage = (bare + "," + serverFirst + "," + withoutProof).getBytes(UTF_8);
        byte[] proof = xor(clientKey, hmac(storedKey, authMessage));
        byte[] serverKey = hmac(saltedPassword, "Server Key".getBytes(UTF_8));
        return new Last(
                (withoutProof + ",p=" + base64(proof)).getBytes(UTF_8),
                ("v=" + base64(hmac(serverKey, authMessage))).getBytes(UTF_8));
    }

    private static byte[] hi(byte[] password, byte[] salt, int iterations) {
        byte[] u = hmac(password, concat(salt, new byte[] {0, 0, 0, 1}));
        byte[] result = u;
        for (int i = 1; i < iterations; i++) {
            u = hmac(password, u);
            result = xor(result, u);
        }
        return result;
    }

    private static byte[] hmac(byte[] key, byte[] data) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(data);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] h(byte[] data) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(data);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] xor(byte[] a, byte[] b) {
        var result = new byte[a.length];
        for (int i = 0; i < a.length; i++) {
            result[i] = (byte) (a[i] ^ b[i]);
        }
        return result;
    }

    private static byte[] concat(byte[] a, byte[] b) {
        return dev.culvert.wire.Bytes.concat(a, b);
    }

    private static String base64(byte[] data) {
        return Base64.getEncoder().encodeToString(data);
    }
}
