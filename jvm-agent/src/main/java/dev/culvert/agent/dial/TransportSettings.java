package dev.culvert.agent.dial;

import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Optional;

/**
 * How a relay is reached.
 *
 * @param trusted certificates in PEM to trust in place of Java's own
 * @param clientCertificate what this side shows if it is asked
 * @param proxy what to go through
 * @param timeout of TCP and TLS together
 */
public record TransportSettings(
        Optional<Buffer> trusted,
        Optional<ClientCertificate> clientCertificate,
        Optional<ProxyAddress> proxy,
        Duration timeout) {
    /**
     * A certificate and its key.
     *
     * @param chain in PEM, the certificate first
     * @param key in PEM, not encrypted
     */
    public record ClientCertificate(Buffer chain, Buffer key) {
        /** Leaves the key out. */
        @Override
        public String toString() {
            return "ClientCertificate";
        }
    }
}
