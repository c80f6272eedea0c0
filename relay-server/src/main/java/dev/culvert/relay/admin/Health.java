package dev.culvert.relay.admin;

import dev.culvert.certs.CertificateSet;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;

/**
 * Whether agents and clients should be sent to a relay: not while it drains, and not with a
 * certificate that has expired. Thread-safe.
 */
public final class Health implements BooleanSupplier {
    private final InstantSource clock;
    private volatile boolean stopping;
    private volatile boolean paused;
    private volatile CertificateSet certificates;

    /** Of a relay that is ready. */
    public Health(CertificateSet certificates, InstantSource clock) {
        this.certificates = certificates;
        this.clock = clock;
    }

    @Override
    public boolean getAsBoolean() {
        return !isDraining() && certificatesUsable();
    }

    /** One word for people. */
    public String word() {
        if (isDraining()) {
            return "draining";
        }
        return certificatesUsable() ? "ready" : "a certificate has expired";
    }

    /** For good. */
    public void drain() {
        stopping = true;
    }

    /** Until {@link #resume}. */
    public void pause() {
        paused = true;
    }

    /** Ends a pause; a relay that stops stays as it is. */
    public void resume() {
        paused = false;
    }

    private boolean isDraining() {
        return stopping || paused;
    }

    /** The certificates in use. */
    public CertificateSet certificates() {
        return certificates;
    }

    /** Other certificates are in use. */
    public void replaceCertificates(CertificateSet current) {
        certificates = current;
    }

    private boolean certificatesUsable() {
        return clock.instant().isBefore(RelayMeters.earliestEnd(certificates));
    }
}
