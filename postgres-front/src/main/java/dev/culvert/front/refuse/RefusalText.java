package dev.culvert.front.refuse;

import dev.culvert.wire.error.ErrorResponse;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The catalogue's texts: one constant per refusal that this server words itself. A word in braces
 * stands for what the refusal is about; {@link #with} puts the values there, in the order of the
 * braces in message, detail and hint.
 *
 * <p>{@code docs/refusals.md} is written from this list.
 */
public enum RefusalText {
    /** Plain text where TLS is required. */
    TLS_REQUIRED(
            Reason.TLS_REQUIRED,
            "this server accepts TLS connections only",
            "Connect with sslmode=require or stronger."),
    /** Neither SNI, nor options, nor the user name a tunnel. */
    NO_ROUTE(
            Reason.NO_ROUTE,
            "the connection does not say which tunnel it wants",
            "Connect to the host NAME.{domain} with TLS, or add options=tunnel=NAME, or log in as"
                    + " USER.NAME."),
    /** Two routes that disagree. */
    ROUTES_DISAGREE(
            Reason.NO_ROUTE,
            "the connection names two tunnels: {one} and {other}",
            "Name the tunnel once."),
    /** The host name is under no domain of this server. */
    UNKNOWN_DOMAIN(
            Reason.NO_ROUTE,
            "the host name \"{host}\" does not belong to this server",
            "Connect to NAME.{domain}."),
    /** The name is not one that a tunnel can have. */
    MALFORMED_NAME(
            Reason.NO_ROUTE,
            "\"{name}\" is not a tunnel name",
            "Names have 3 to 63 characters of a-z, 0-9 and hyphen."),
    /** The user names the tunnel, and its password is checked by MD5. */
    MD5_BY_USER(
            Reason.NO_ROUTE,
            "the user cannot name the tunnel where passwords are MD5 hashes",
            "Connect to the tunnel's host name with TLS, or add options=tunnel=NAME, and log in as"
                    + " {user}."),
    /** No agent is connected under the name. */
    NO_TUNNEL(
            Reason.NO_TUNNEL,
            "no database is shared under the name \"{name}\" at the moment",
            "Check the name, or ask the database's owner to share it."),
    /** Another client has the backend. */
    OCCUPIED(
            Reason.OCCUPIED,
            "the database \"{name}\" has a client already",
            "Session {session} of user {user} has it since {time}.",
            "One client at a time can use it. Try again when the other has disconnected."),
    /** As many wait for the backend as may. */
    QUEUE_FULL(
            Reason.QUEUE_FULL,
            "{number} clients wait for the database \"{name}\" already",
            "One client at a time can use it. Try again later."),
    /** The client's turn did not come in time. */
    QUEUE_TIMEOUT(
            Reason.QUEUE_TIMEOUT,
            "the database \"{name}\" was in use for the {number} seconds that a client may wait",
            "One client at a time can use it. Try again later."),
    /** The server has as many clients as it takes. */
    TOO_MANY_CONNECTIONS(
            Reason.TOO_MANY_CONNECTIONS,
            "sorry, too many clients already",
            "This server takes {number} connections at a time. Try again in a moment."),
    /** One address has as many connections as one may have. */
    TOO_MANY_FROM_ADDRESS(
            Reason.TOO_MANY_FROM_ADDRESS,
            "too many connections from your address",
            "One address may have {number} at a time. Close some of them, or use a connection"
                    + " pool."),
    /** One tunnel has as many connections, those that log in included, as one may have. */
    TOO_MANY_TO_TUNNEL(
            Reason.TOO_MANY_TO_TUNNEL,
            "too many connections to \"{name}\"",
            "One database may have {number} at a time, those that log in included. Try again in a"
                    + " moment."),
    /** New connections come faster than they are taken. */
    CONNECTING_TOO_FAST(
            Reason.CONNECTING_TOO_FAST,
            "too many new connections",
            "Connect more slowly, or keep connections open and use them again."),
    /** The owner does not let this address in. */
    ADDRESS_NOT_ALLOWED(
            Reason.ADDRESS_NOT_ALLOWED,
            "connections to \"{name}\" are not allowed from your address",
            "Connect from another network, or ask the database's owner to allow your address,"
                    + " {address}."),
    /** The client has shown the certificate of somebody else. */
    CERTIFICATE_MISMATCH(
            Reason.CERTIFICATE_MISMATCH,
            "certificate authentication failed for user \"{user}\"",
            "Log in as a user that your client certificate names, or use another certificate."),
    /** The password is wrong, or the user unknown, or its time is over. */
    WRONG_PASSWORD(
            Reason.WRONG_PASSWORD,
            "password authentication failed for user \"{user}\"",
            "Check the user name and the password."),
    /** Too many wrong passwords came. */
    TOO_MANY_FAILURES(
            Reason.TOO_MANY_FAILURES,
            "too many failed login attempts",
            "Wait {number} seconds, and check the password before you try again."),
    /** As many passwords are being checked as can be. */
    CHECKS_BUSY(
            Reason.CHECKS_BUSY,
            "too many passwords are being checked at the moment",
            "Try again in a moment, or use a client that supports SCRAM-SHA-256."),
    /** A connection that must bring the proxy's word comes from somewhere else. */
    PROXY_NOT_TRUSTED(
            Reason.PROXY_PROTOCOL,
            "this server is reached through its proxy only",
            "Connect to the proxy's address. If this is the proxy, add it to the trusted ones."),
    /** The client took too long to log in; the text of a Postgres server. */
    LOGIN_TIMEOUT(
            Reason.LOGIN_TIMEOUT,
            "canceling authentication due to timeout",
            "Send the password sooner."),
    /** The backend did not begin the session. */
    START_TIMEOUT(
            Reason.START_TIMEOUT,
            "the database \"{name}\" did not answer within {number} seconds",
            "It may be busy with a statement of its owner. Try again."),
    /** Idle for too long. */
    IDLE(
            Reason.IDLE,
            "terminating connection due to idle-session timeout",
            "The session waited for its client for {number} seconds."),
    /** Idle for too long with a transaction open. */
    IDLE_IN_TRANSACTION(
            Reason.IDLE_IN_TRANSACTION,
            "terminating connection due to idle-in-transaction timeout",
            "The transaction was rolled back after {number} seconds without a statement."),
    /** A statement that did not end when its time was over, and it was cancelled. */
    STATEMENT_TIMEOUT(
            Reason.STATEMENT_TIMEOUT,
            "terminating connection: a statement ran for longer than {number} seconds",
            "It could not be interrupted. Make it faster, or do it in smaller steps."),
    /** The tunnel's lifetime is over. */
    LIFETIME(
            Reason.LIFETIME,
            "the tunnel's lifetime of {number} seconds is over",
            "Ask the database's owner to share it again."),
    /** The owner stopped sharing. */
    STOPPED(
            Reason.STOPPED,
            "the database's owner stopped sharing it",
            "Ask the database's owner to share it again."),
    /** The relay's operator ended the session. */
    KILLED(
            Reason.KILLED,
            "the relay's operator ended the session",
            "Ask the relay's operator why, or connect again."),
    /** The client's credential expired while it was connected. */
    ACCESS_EXPIRED(
            Reason.ACCESS_EXPIRED,
            "the access of user \"{user}\" has expired",
            "Ask the database's owner to let you in again."),
    /** The relay shuts down. */
    DRAINING(Reason.DRAINING, "the relay is shutting down", "Connect again in a moment."),
    /** There is no such database. */
    UNKNOWN_DATABASE(
            Reason.UNKNOWN_DATABASE,
            "database \"{name}\" does not exist",
            "Connect to the database \"{known}\"."),
    /** The client sent more at once than the database takes. */
    BATCH_TOO_LARGE(
            Reason.BATCH_TOO_LARGE,
            "the statement is larger than the {number} bytes that this database takes at once",
            "Send it in smaller pieces."),
    /** The client listens, and does not read. */
    TOO_MANY_NOTIFICATIONS(
            Reason.TOO_MANY_NOTIFICATIONS,
            "more notifications wait for this client than the database keeps for it",
            "Read what the server sends while the connection is idle."),
    /** The database has come to an end by itself. */
    DATABASE_STOPPED(
            Reason.DATABASE_STOPPED,
            "the database \"{name}\" has stopped",
            "{cause}",
            "Ask its owner to open it again."),
    /** The same, where it is opened again. */
    DATABASE_REOPENS(
            Reason.DATABASE_STOPPED,
            "the database \"{name}\" has stopped, and is being opened again",
            "{cause}",
            "Connect again. What was not committed is lost."),
    /** The database cannot begin a session. */
    NOT_STARTED(
            Reason.BACKEND_ENDED,
            "the database could not start the session",
            "{cause}",
            "Check what the client asks for when it connects."),
    /** The agent cannot connect to the Postgres server that it shares. */
    UPSTREAM_UNREACHABLE(
            Reason.UPSTREAM_UNUSABLE,
            "the database's agent cannot connect to its Postgres server",
            "{cause}",
            "Ask the database's owner whether the server runs, and try again."),
    /** The Postgres server does not let the agent in. */
    UPSTREAM_LOGIN_FAILED(
            Reason.UPSTREAM_UNUSABLE,
            "the database's agent could not log in to its Postgres server",
            "{cause}",
            "Your own password was right. Ask the database's owner to check the agent's."),
    /** The Postgres server closed the session's connection. */
    UPSTREAM_LOST(
            Reason.BACKEND_ENDED,
            "the database's agent lost its connection to its Postgres server",
            "The server may have been stopped. Connect again."),
    /** The agent's connection is lost. */
    AGENT_LOST(
            Reason.AGENT_LOST,
            "the connection to the database was lost",
            "Its page or program may have been closed. Connect again when it is back.");

    private static final Pattern BRACES = Pattern.compile("\\{[a-z]+}");

    private final Reason reason;
    private final String message;
    private final String detail;
    private final String hint;

    RefusalText(Reason reason, String message, String hint) {
        this(reason, message, "", hint);
    }

    RefusalText(Reason reason, String message, String detail, String hint) {
        this.reason = reason;
        this.message = message;
        this.detail = detail;
        this.hint = hint;
    }

    /** SQLSTATE and label. */
    public Reason reason() {
        return reason;
    }

    /** The message, with braces. */
    public String message() {
        return message;
    }

    /** The detail, with braces; empty when there is none. */
    public Optional<String> detail() {
        return detail.isEmpty() ? Optional.empty() : Optional.of(detail);
    }

    /** The hint, with braces. */
    public String hint() {
        return hint;
    }

    /** The refusal about these values. */
    Refusal with(Object... values) {
        Values rest = new Values(values);
        ErrorResponse error = ErrorResponse.fatal(reason.sqlState(), rest.fill(message));
        if (!detail.isEmpty()) {
            error = error.withDetail(rest.fill(detail));
        }
        error = error.withHint(rest.fill(hint));
        rest.requireNone();
        return new Refusal(reason, error);
    }

    /** What is still to be filled in. */
    private final class Values {
        private final Object[] values;
        private int next;

        Values(Object[] values) {
            this.values = values;
        }

        String fill(String pattern) {
            return BRACES.matcher(pattern)
                    .replaceAll(_ -> Matcher.quoteReplacement(String.valueOf(values[next++])));
        }

        void requireNone() {
            if (next != values.length) {
                throw new IllegalArgumentException(
                        RefusalText.this + " takes " + next + " values, not " + values.length);
            }
        }
    }
}
