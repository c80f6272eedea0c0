package dev.culvert.agent.cli;

import dev.culvert.agent.ShareOptions;
import dev.culvert.agent.SharedUser;
import dev.culvert.agent.SharingMode;
import dev.culvert.agent.upstream.UpstreamAddress;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of {@code culvert share}; {@link OptionDefaults} knows where else they may stand. */
final class ShareArguments {
    /** What stands on standard output. */
    enum Format {
        /** For a person. */
        TEXT,
        /** An event a line. */
        JSON
    }

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--relay",
            paramLabel = "URL",
            description = "The relay's address: wss://HOST:PORT.")
    private @Nullable URI relay;

    @Option(
            names = "--db",
            paramLabel = "DIR",
            description = "Shares the PGlite in this folder; made if it is missing or empty.")
    private @Nullable Path folder;

    @Option(
            names = "--memory",
            description = "Shares a new PGlite in memory, gone at the end (the default).")
    private boolean memory;

    @Option(
            names = "--upstream",
            paramLabel = "URL",
            description = {
                "Shares a Postgres server's database: postgres://USER[:PASSWORD]@HOST:PORT/DATABASE"
                        + "[?sslmode=MODE&sslrootcert=FILE], as libpq reads it; without a password,"
                        + " the one in PGPASSWORD."
            })
    private @Nullable String upstream;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "Tunnel name to ask for (one that the relay makes).")
    private @Nullable String name;

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            description = "Proof for a relay that asks who may open a tunnel.")
    private @Nullable String token;

    @Option(
            names = "--user",
            paramLabel = "NAME",
            split = ",",
            description = {
                "User that clients log in as (postgres); several are possible, each with a random"
                        + " password of its own but for the first with --password."
            })
    private List<String> users = new ArrayList<>();

    @Option(
            names = "--password",
            paramLabel = "PASSWORD",
            description = "Password of the first user (a random one).")
    private @Nullable String password;

    @Option(
            names = "--expires-in",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "When users may not log in any more (never).")
    private @Nullable Duration expiresIn;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description = {
                "What becomes of a second client: exclusive (the default), it is refused; queue, it"
                        + " waits for its turn."
            })
    private SharingMode mode = SharingMode.EXCLUSIVE;

    @Option(
            names = "--allow",
            paramLabel = "RANGE",
            split = ",",
            description = "Addresses that clients may come from, as 203.0.113.0/24 (all).")
    private List<String> allow = new ArrayList<>();

    @Option(
            names = "--idle-timeout",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "How long a session may wait for its client (the relay's).")
    private @Nullable Duration idleTimeout;

    @Option(
            names = "--idle-in-transaction-timeout",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "How long it may do so with a transaction open (the relay's).")
    private @Nullable Duration idleInTransactionTimeout;

    @Option(
            names = "--statement-timeout",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "How long statements sent together may run (the relay's).")
    private @Nullable Duration statementTimeout;

    @Option(
            names = "--queue-timeout",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "How long a client may wait for its turn (the relay's).")
    private @Nullable Duration queueTimeout;

    @Option(
            names = "--lifetime",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "When sharing ends by itself (the relay's).")
    private @Nullable Duration lifetime;

    @Option(
            names = "--connect-timeout",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "How long the relay may take to answer (20).")
    private @Nullable Duration connectTimeout;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = {
                "Certificates in PEM to trust in place of Java's own, for a relay with a"
                        + " development CA."
            })
    private @Nullable Path caFile;

    @Option(
            names = "--client-cert",
            paramLabel = "FILE",
            description = "Certificate chain in PEM, for a relay that asks for one.")
    private @Nullable Path clientCertificate;

    @Option(names = "--client-key", paramLabel = "FILE", description = "Its key in PEM.")
    private @Nullable Path clientKey;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "text (the default on a terminal) or json: an event a line.")
    private @Nullable Format format;

    @Option(names = "--json", hidden = true, description = "The same as --format json.")
    private boolean json;

    @Option(names = "--exit-with-stdin", description = "Ends when standard input is closed.")
    private boolean exitWithStdin;

    @SuppressWarnings("UnusedVariable") // read by OptionDefaults
    @Option(
            names = OptionDefaults.CONFIG,
            paramLabel = "FILE",
            description = "YAML file with options.")
    private @Nullable Path config;

    /** Refuses what does not go together. */
    void check() {
        require(relay != null, "--relay is missing: the relay's address, wss://HOST:PORT");
        require(
                (folder == null ? 0 : 1) + (memory ? 1 : 0) + (upstream == null ? 0 : 1) <= 1,
                "--db, --memory and --upstream exclude each other");
        require(
                (clientCertificate == null) == (clientKey == null),
                "--client-cert and --client-key go together");
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }

    Optional<Path> folder() {
        return Optional.ofNullable(folder);
    }

    /** The Postgres server to share; empty for a PGlite. */
    Optional<UpstreamAddress> upstream() {
        try {
            return Optional.ofNullable(upstream).map(UpstreamAddress::parse).map(this::completed);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--upstream: " + e.getMessage(), e);
        }
    }

    private UpstreamAddress completed(UpstreamAddress address) {
        String password = System.getenv("PGPASSWORD");
        return address.password().isPresent() || password == null
                ? address
                : address.withPassword(password);
    }

    Optional<Path> caFile() {
        return Optional.ofNullable(caFile).map(Path::toAbsolutePath);
    }

    boolean exitWithStdin() {
        return exitWithStdin;
    }

    /** Who tells what happens. */
    ShareOutput output(PrintWriter out) {
        boolean terminal = isTerminal();
        Format chosen = format != null ? format : terminal && !json ? Format.TEXT : Format.JSON;
        return switch (chosen) {
            case TEXT -> new TextOutput(out, terminal);
            case JSON -> new JsonOutput(out);
        };
    }

    @SuppressWarnings("SystemConsoleNull") // JDK 25 has none where there is no terminal
    private static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    /** How to share, but for the database's version and the listener. */
    ShareOptions options(Vertx vertx) {
        try {
            return made(vertx);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private ShareOptions made(Vertx vertx) {
        ShareOptions options =
                ShareOptions.through(Objects.requireNonNull(relay))
                        .on(vertx)
                        .proxyFrom(System.getenv())
                        .mode(mode)
                        .allow(allow)
                        .timeouts(
                                Optional.ofNullable(idleInTransactionTimeout),
                                Optional.ofNullable(statementTimeout),
                                Optional.ofNullable(queueTimeout));
        if (name != null) {
            options = options.named(name);
        }
        if (token != null) {
            options = options.token(token);
        }
        if (!users.isEmpty()) {
            options = options.user(users.getFirst());
        }
        if (password != null) {
            options = options.password(password);
        }
        if (idleTimeout != null) {
            options = options.idleTimeout(idleTimeout);
        }
        if (lifetime != null) {
            options = options.lifetime(lifetime);
        }
        if (connectTimeout != null) {
            options = options.connectTimeout(connectTimeout);
        }
        if (caFile != null) {
            options = options.trusting(read(caFile));
        }
        if (clientCertificate != null && clientKey != null) {
            options = options.clientCertificate(read(clientCertificate), read(clientKey));
        }
        return withUsers(options);
    }

    private ShareOptions withUsers(ShareOptions options) {
        Optional<Instant> expires = Optional.ofNullable(expiresIn).map(Instant.now()::plus);
        List<SharedUser> others =
                users.stream()
                        .skip(1)
                        .map(SharedUser::withRandomPassword)
                        .map(user -> expires.map(user::expiring).orElse(user))
                        .toList();
        ShareOptions made = options.users(others);
        return expires.map(made::expires).orElse(made);
    }

    private Buffer read(Path file) {
        try {
            return Buffer.buffer(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
