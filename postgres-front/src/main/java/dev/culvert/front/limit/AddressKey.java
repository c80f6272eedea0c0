package dev.culvert.front.limit;

import java.net.InetAddress;
import java.util.HexFormat;

/**
 * Whom an address counts for: an IPv4 address by itself, an IPv6 address with its /64, since that
 * is what one subscriber gets, who could otherwise come from a new address every time.
 *
 * @param text {@code 203.0.113.7}, or the first 64 bits in hexadecimal
 */
record AddressKey(String text) {
    private static final int SUBSCRIBER_BYTES = 8;

    static AddressKey of(InetAddress address) {
        byte[] bytes = address.getAddress();
        return new AddressKey(
                bytes.length == Integer.BYTES
                        ? address.getHostAddress()
                        : HexFormat.of().formatHex(bytes, 0, SUBSCRIBER_BYTES));
    }
}
