package dev.culvert.agent.upstream;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How much TLS there is to a Postgres server, by libpq's names. */
public enum SslMode {
    /** None. */
    DISABLE,
    /** If the server has it; nobody checks who the server is. */
    PREFER,
    /** Always; nobody checks who the server is, unless a root certificate is given. */
    REQUIRE,
    /** Always, with a certificate of a trusted authority. */
    VERIFY_CA,
    /** The same, and the certificate names the host. */
    VERIFY_FULL;

    static SslMode of(String text) {
        return Arrays.stream(values())
                .filter(mode -> mode.text().equals(text))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "sslmode \""
                                        + text
                                        + "\" is none of "
                                        + Arrays.stream(values())
                                                .map(SslMode::text)
                                                .collect(Collectors.joining(", "))));
    }

    /** Libpq's name. */
    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
