package dev.culvert.agent.cli;

import dev.culvert.agent.serve.ServeSettings;
import dev.culvert.certs.CertificateSet;
import dev.culvert.certs.load.CertificateFiles;
import dev.culvert.certs.load.PemFiles;
import dev.culvert.front.backend.SessionTimeouts;
import dev.culvert.front.listen.TlsContexts;
import dev.culvert.front.listen.TlsSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Where and how {@code culvert serve} serves. */
final class ServeOptions {
    /** The port of Postgres. */
    private static final int POSTGRES_PORT = 5432;

    /** As good as never. */
    private static final Duration NEVER = Duration.ofDays(3_650);

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "TCP port; 0 for any (5432, or the next free one).")
    private @Nullable Integer port;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "Address to listen on (${DEFAULT-VALUE}).")
    private String bind = "127.0.0.1";

    @Option(
            names = "--socket",
            paramLabel = "DIR",
            description = {
                "Listens on the Unix socket .s.PGSQL.PORT in this folder, for this user only;"
                        + " and on TCP only if --port is given, too."
            })
    private @Nullable Path socket;

    @Option(
            names = "--user",
            paramLabel = "NAME",
            defaultValue = "postgres",
            description = "User that clients log in as (${DEFAULT-VALUE}).")
    private String user = "postgres";

    @Option(
            names = "--password",
            paramLabel = "PASSWORD",
            description = {
                "Password of the user (a random one on TCP, none on a Unix socket alone)."
            })
    private @Nullable String password;

    @Option(
            names = "--no-password",
            description = "Lets anybody in who can connect: every user of this machine.")
    private boolean noPassword;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            defaultValue = "queue",
            description = {
                "What becomes of a second client (${DEFAULT-VALUE}): queue, it waits for its"
                        + " turn; exclusive, it is refused."
            })
    private ServeSettings.Mode mode = ServeSettings.Mode.QUEUE;

    @Option(
            names = "--queue-timeout",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long a client may wait for its turn (${DEFAULT-VALUE}).")
    private int queueSeconds = 60;

    @Option(
            names = "--idle-timeout",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description = "How long a session may wait for its client (0: for ever).")
    private int idleSeconds;

    @Option(
            names = "--no-fsync",
            description = {
                "Does not wait for the disk when a transaction commits: faster, and lost with the"
                        + " machine's power."
            })
    private boolean noFsync;

    @Option(
            names = "--tls",
            paramLabel = "MODE",
            description = {
                "off, offered or required (off on a Unix socket or the loopback interface, required"
                        + " elsewhere)."
            })
    private ServeSettings.@Nullable Tls tls;

    @Option(
            names = "--cert",
            paramLabel = "FILE",
            description = "Certificate chain in PEM (one of the development CA).")
    private @Nullable Path certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "Its key in PEM.")
    private @Nullable Path key;

    /** What the options stand for. */
    ServeSettings settings(CommandLine commandLine) {
        boolean tcp = socket == null || port != null;
        boolean local = !tcp || isLoopback(commandLine);
        if (noPassword && password != null) {
            throw new ParameterException(
                    commandLine, "--password and --no-password exclude each other");
        }
        if (noPassword && !local) {
            throw new ParameterException(
                    commandLine,
                    "--no-password is for the loopback interface and Unix sockets, not for "
                            + bind);
        }
        if ((certificate == null) != (key == null)) {
            throw new ParameterException(commandLine, "--cert and --key go together");
        }
        ServeSettings.Tls tlsMode =
                tls != null ? tls : local ? ServeSettings.Tls.OFF : ServeSettings.Tls.REQUIRED;
        return new ServeSettings(
                tcp ? Optional.of(bind) : Optional.empty(),
                port != null
                        ? new ServeSettings.Ports(port, port)
                        : tcp
                                ? new ServeSettings.Ports(POSTGRES_PORT, POSTGRES_PORT + 99)
                                : new ServeSettings.Ports(POSTGRES_PORT, POSTGRES_PORT),
                Optional.ofNullable(socket).map(Path::toAbsolutePath),
                user,
                noPassword || (!tcp && password == null)
                        ? new ServeSettings.Access.Anybody()
                        : password == null
                                ? ServeSettings.Access.Password.random()
                                : new ServeSettings.Access.Password(password),
                mode,
                timeouts(),
                !noFsync,
                tlsMode,
                tlsMode == ServeSettings.Tls.OFF ? Optional.empty() : Optional.of(contexts()));
    }

    private SessionTimeouts timeouts() {
        Duration idle = idleSeconds == 0 ? NEVER : Duration.ofSeconds(idleSeconds);
        return new SessionTimeouts(idle, idle, Optional.empty(), Duration.ofSeconds(queueSeconds));
    }

    private boolean isLoopback(CommandLine commandLine) {
        try {
            return InetAddress.getByName(bind).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new ParameterException(commandLine, "--bind: " + bind + " is no address", e);
        }
    }

    private TlsContexts contexts() {
        CertificateSet certificates =
                certificate == null || key == null
                        ? DevelopmentCertificates.ofUser().forDomains(List.of())
                        : CertificateSet.of(PemFiles.load(CertificateFiles.of(certificate, key)));
        return new TlsContexts(certificates, TlsSettings.DEFAULTS);
    }
}
