package dev.culvert.certs;

/**
 * What can be wrong with a certificate or key file. A closed list, so that it can serve as a log
 * key and a metric label; the text for people is in {@link CertificateFileException}.
 */
public enum CertificateProblem {
    /** The file does not exist. */
    NOT_FOUND(true),
    /** The file exists and this process cannot read or write it. */
    NOT_ACCESSIBLE(false),
    /** The file is larger than any certificate file should be. */
    TOO_LARGE(false),
    /** The file is empty or ends inside a PEM block, as a half-written file does. */
    INCOMPLETE(true),
    /** The file holds no certificate. */
    NO_CERTIFICATE(false),
    /** The file holds no private key. */
    NO_KEY(false),
    /** A PEM block in the file cannot be decoded. */
    MALFORMED(false),
    /** The key is of a kind, or on a curve, that Culvert cannot use. */
    UNSUPPORTED(false),
    /** The key is encrypted and no passphrase was given. */
    PASSPHRASE_MISSING(false),
    /** The key is encrypted and the passphrase does not open it. */
    PASSPHRASE_WRONG(false),
    /** The key belongs to none of the certificates. */
    KEY_MISMATCH(true),
    /** The certificate is outside its validity period. */
    EXPIRED(false),
    /** Other users of the machine can read or change what should be private. */
    TOO_OPEN(false);

    private final boolean passing;

    CertificateProblem(boolean passing) {
        this.passing = passing;
    }

    /**
     * Whether this is also what a reader sees while someone is in the middle of replacing the
     * files, so that looking again a little later is worthwhile before complaining.
     */
    public boolean mayPass() {
        return passing;
    }
}
