package dev.culvert.certs;

import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.SequencedSet;
import java.util.regex.Pattern;

/**
 * Host names in certificates: how they are spelled, and which certificate name covers which host
 * (RFC 9525 section 6.3: one {@code *} as the whole leftmost label stands for exactly one label;
 * the subject's common name counts for nothing). Stateless.
 */
public final class CertificateNames {
    /** GeneralName tags of RFC 5280 section 4.2.1.6, as the JDK numbers them. */
    private static final int SAN_DNS = 2;

    private static final int SAN_IP = 7;

    private static final int MAX_NAME = 253;
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern ALL_DIGITS = Pattern.compile("[0-9]+");

    private CertificateNames() {}

    /**
     * The spelling to compare: lower case, without a trailing dot or the brackets of an IPv6
     * literal, IP addresses in their shortest form. Takes any text and never throws.
     */
    public static String normalize(String name) {
        String text = name.toLowerCase(Locale.ROOT);
        if (text.endsWith(".")) {
            text = text.substring(0, text.length() - 1);
        }
        if (text.startsWith("[") && text.endsWith("]")) {
            text = text.substring(1, text.length() - 1);
        }
        InetAddress address = IpLiterals.parse(text);
        return address == null ? text : IpLiterals.format(address);
    }

    /** Whether the text is an IPv4 or IPv6 literal. */
    public static boolean isIpAddress(String name) {
        return IpLiterals.parse(normalize(name)) != null;
    }

    /** Whether a certificate name, possibly with a leading wildcard label, covers a host. */
    public static boolean covers(String certificateName, String hostName) {
        String pattern = normalize(certificateName);
        String host = normalize(hostName);
        if (host.isEmpty() || host.startsWith("*")) {
            return false;
        }
        if (!pattern.startsWith("*.")) {
            return pattern.equals(host);
        }
        String parent = parentOf(host);
        return pattern.length() > 2
                && !parent.isEmpty()
                && !isIpAddress(host)
                && pattern.substring(2).equals(parent);
    }

    /** The DNS names and IP addresses in a certificate's SAN, normalized, in their order. */
    public static SequencedSet<String> of(X509Certificate certificate) {
        SequencedSet<String> names = new LinkedHashSet<>();
        Collection<List<?>> entries;
        try {
            entries = certificate.getSubjectAlternativeNames();
        } catch (CertificateParsingException unreadable) {
            return Collections.unmodifiableSequencedSet(names);
        }
        if (entries != null) {
            for (List<?> entry : entries) {
                boolean wanted =
                        entry.get(0) instanceof Integer tag && (tag == SAN_DNS || tag == SAN_IP);
                if (wanted && entry.get(1) instanceof String text) {
                    names.add(normalize(text));
                }
            }
        }
        return Collections.unmodifiableSequencedSet(names);
    }

    /**
     * Checks that a certificate can be issued for a name and returns its normalized spelling.
     *
     * @throws IllegalArgumentException if it is neither a DNS name, nor a wildcard over at least
     *     two labels, nor an IP address; the message says which rule it breaks
     */
    public static String requireIssuable(String name) {
        String text = normalize(name);
        if (IpLiterals.parse(text) != null) {
            return text;
        }
        boolean wildcard = text.startsWith("*.");
        String host = wildcard ? text.substring(2) : text;
        String[] labels = host.split("\\.", -1);
        if (text.length() > MAX_NAME) {
            throw refusal(name, "it is longer than " + MAX_NAME + " characters");
        }
        for (String label : labels) {
            if (!LABEL.matcher(label).matches()) {
                throw refusal(
                        name,
                        "each label is 1 to 63 letters, digits or inner hyphens (international"
                                + " names in their xn-- form), and * may only be the whole first"
                                + " label");
            }
        }
        if (ALL_DIGITS.matcher(labels[labels.length - 1]).matches()) {
            throw refusal(name, "it looks like an IP address and is not one");
        }
        if (wildcard && labels.length < 2) {
            throw refusal(name, "TLS clients refuse a wildcard directly under a top-level name");
        }
        return text;
    }

    /** What follows the first label, or an empty text. */
    static String parentOf(String host) {
        int dot = host.indexOf('.');
        return dot <= 0 ? "" : host.substring(dot + 1);
    }

    private static IllegalArgumentException refusal(String name, String why) {
        return new IllegalArgumentException(
                "No certificate can be issued for \"" + name + "\": " + why + ".");
    }
}
