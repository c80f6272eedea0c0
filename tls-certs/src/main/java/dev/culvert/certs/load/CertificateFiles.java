package dev.culvert.certs.load;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where one server certificate lies: its chain, its key (which may be the same file), and the key's
 * passphrase if it is encrypted. Immutable; keeps its own copy of the passphrase for as long as it
 * lives, because a reload needs it again.
 */
public final class CertificateFiles {
    private final Path chain;
    private final Path key;
    private final char @Nullable [] passphrase;

    private CertificateFiles(Path chain, Path key, char @Nullable [] passphrase) {
        this.chain = Objects.requireNonNull(chain, "chain");
        this.key = Objects.requireNonNull(key, "key");
        this.passphrase = passphrase == null ? null : passphrase.clone();
    }

    /** Files with a key that is not encrypted. */
    public static CertificateFiles of(Path chain, Path key) {
        return new CertificateFiles(chain, key, null);
    }

    /** Files with a key that may be encrypted; the passphrase is copied. */
    public static CertificateFiles of(Path chain, Path key, char @Nullable [] passphrase) {
        return new CertificateFiles(chain, key, passphrase);
    }

    /** The file with the certificate and its intermediates. */
    public Path chain() {
        return chain;
    }

    /** The file with the private key. */
    public Path key() {
        return key;
    }

    char @Nullable [] passphrase() {
        return passphrase;
    }

    /** The two files; never the passphrase. */
    @Override
    public String toString() {
        return "CertificateFiles[chain=" + chain + ", key=" + key + "]";
    }
}
