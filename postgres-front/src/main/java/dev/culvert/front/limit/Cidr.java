package dev.culvert.front.limit;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.regex.Pattern;

/**
 * A range of addresses, as {@code 192.0.2.0/24} or {@code 2001:db8::/32}; a single address without
 * a slash.
 */
public final class Cidr {
    /** Four numbers, or something with a colon: no host name is ever looked up. */
    private static final Pattern LITERAL =
            Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|(?=.*:)[0-9a-fA-F:.]{2,45}");

    private static final Pattern BITS = Pattern.compile("[0-9]{1,3}");

    private final byte[] network;
    private final int bits;

    private Cidr(byte[] network, int bits) {
        this.network = network;
        this.bits = bits;
    }

    /**
     * Reads a range.
     *
     * @throws IllegalArgumentException for anything else, and for an address with bits behind the
     *     prefix: it is more likely a slip than meant
     */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        String literal = slash < 0 ? text : text.substring(0, slash);
        if (!LITERAL.matcher(literal).matches()) {
            throw malformed(text);
        }
        byte[] network;
        try {
            network = InetAddress.ofLiteral(literal).getAddress();
        } catch (IllegalArgumentException e) {
            throw malformed(text);
        }
        int all = network.length * Byte.SIZE;
        int bits = all;
        if (slash >= 0) {
            String number = text.substring(slash + 1);
            bits = BITS.matcher(number).matches() ? Integer.parseInt(number) : all + 1;
        }
        if (bits > all) {
            throw malformed(text);
        }
        for (int bit = bits; bit < all; bit++) {
            if (bitOf(network, bit) != 0) {
                throw new IllegalArgumentException(
                        "\"" + text + "\" has bits behind its prefix of " + bits);
            }
        }
        return new Cidr(network, bits);
    }

    /** Whether the address is in the range. An IPv4 address is in no IPv6 range. */
    public boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length != network.length) {
            return false;
        }
        int whole = bits / Byte.SIZE;
        for (int i = 0; i < whole; i++) {
            if (bytes[i] != network[i]) {
                return false;
            }
        }
        int rest = bits % Byte.SIZE;
        return rest == 0
                || ((bytes[whole] ^ network[whole]) & (0xFF << (Byte.SIZE - rest)) & 0xFF) == 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Cidr that && toString().equals(that.toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    @Override
    public String toString() {
        return address().getHostAddress() + "/" + bits;
    }

    private InetAddress address() {
        try {
            return network.length == Integer.BYTES
                    ? InetAddress.getByAddress(network)
                    : Inet6Address.getByAddress(null, network, -1);
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }

    private static int bitOf(byte[] bytes, int bit) {
        return bytes[bit / Byte.SIZE] >> (Byte.SIZE - 1 - bit % Byte.SIZE) & 1;
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(
                "\"" + text + "\" is not a range of addresses such as 192.0.2.0/24");
    }
}
