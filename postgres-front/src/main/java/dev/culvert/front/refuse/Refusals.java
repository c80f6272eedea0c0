package dev.culvert.front.refuse;

import dev.culvert.front.sharing.Holder;
import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.error.Severity;
import dev.culvert.wire.error.SqlState;
import dev.culvert.wire.error.WireException;
import java.net.InetAddress;
import java.time.Duration;

/**
 * The catalogue: what happened, and what to do about it, for every refusal. The texts stand in
 * {@link RefusalText}; a few refusals carry a text that was made elsewhere.
 */
public final class Refusals {
    private Refusals() {}

    /** Plain text where TLS is required. */
    public static Refusal tlsRequired() {
        return RefusalText.TLS_REQUIRED.with();
    }

    /**
     * The client's bytes are not the Postgres protocol, or a part of it that is not spoken here.
     */
    public static Refusal violation(WireException violation) {
        return new Refusal(Reason.PROTOCOL_VIOLATION, asFatal(violation.response()));
    }

    /** Neither SNI, nor options, nor the user name a tunnel. */
    public static Refusal noRoute(String domain) {
        return RefusalText.NO_ROUTE.with(domain);
    }

    /** Two routes that disagree. */
    public static Refusal routesDisagree(String one, String other) {
        return RefusalText.ROUTES_DISAGREE.with(one, other);
    }

    /** The host name is under no domain of this server. */
    public static Refusal unknownDomain(String host, String domain) {
        return RefusalText.UNKNOWN_DOMAIN.with(host, domain);
    }

    /** The name is not one that a tunnel can have. */
    public static Refusal malformedName(String name) {
        return RefusalText.MALFORMED_NAME.with(name);
    }

    /**
     * The client's hash holds the user's name with the tunnel's in it, and the owner's does not.
     */
    public static Refusal md5ByUser(String plainUser) {
        return RefusalText.MD5_BY_USER.with(plainUser);
    }

    /** No agent is connected under the name. */
    public static Refusal noTunnel(String name) {
        return RefusalText.NO_TUNNEL.with(name);
    }

    /** Another client has the backend. */
    public static Refusal occupied(String name, Holder holder) {
        return RefusalText.OCCUPIED.with(name, holder.session(), holder.user(), holder.since());
    }

    /** As many wait for the backend as may. */
    public static Refusal queueFull(String name, int waiting) {
        return RefusalText.QUEUE_FULL.with(waiting, name);
    }

    /** The client's turn did not come in time. */
    public static Refusal queueTimeout(String name, Duration timeout) {
        return RefusalText.QUEUE_TIMEOUT.with(name, timeout.toSeconds());
    }

    /** A statement ran for longer than it may, and did not end when it was cancelled. */
    public static Refusal statementTimeout(Duration timeout) {
        return RefusalText.STATEMENT_TIMEOUT.with(timeout.toSeconds());
    }

    /** The server has as many clients as it takes. */
    public static Refusal tooManyConnections(int limit) {
        return RefusalText.TOO_MANY_CONNECTIONS.with(limit);
    }

    /** The client's address has as many connections as one may have. */
    public static Refusal tooManyFromAddress(int limit) {
        return RefusalText.TOO_MANY_FROM_ADDRESS.with(limit);
    }

    /** The tunnel has as many connections as one may have. */
    public static Refusal tooManyToTunnel(String name, int limit) {
        return RefusalText.TOO_MANY_TO_TUNNEL.with(name, limit);
    }

    /** New connections come faster than they are taken. */
    public static Refusal connectingTooFast() {
        return RefusalText.CONNECTING_TOO_FAST.with();
    }

    /** The owner does not let the address in; the text tells nothing about users. */
    public static Refusal addressNotAllowed(String name, InetAddress address) {
        return RefusalText.ADDRESS_NOT_ALLOWED.with(name, address.getHostAddress());
    }

    /** The client has shown the certificate of somebody else. */
    public static Refusal certificateMismatch(String user) {
        return RefusalText.CERTIFICATE_MISMATCH.with(user);
    }

    /** The text does not tell a wrong password from an unknown user or an expired credential. */
    public static Refusal wrongPassword(String user) {
        return RefusalText.WRONG_PASSWORD.with(user);
    }

    /** The SCRAM exchange was tampered with. */
    public static Refusal notAuthenticated(ErrorResponse error) {
        return new Refusal(Reason.WRONG_PASSWORD, error);
    }

    /** Too many wrong passwords came from the client's address, or for its tunnel. */
    public static Refusal tooManyFailures(Duration wait) {
        return RefusalText.TOO_MANY_FAILURES.with(wait.plusNanos(999_999_999).toSeconds());
    }

    /** As many passwords are being checked as can be. */
    public static Refusal checksBusy() {
        return RefusalText.CHECKS_BUSY.with();
    }

    /** A connection that must bring the proxy's word comes from somewhere else. */
    public static Refusal proxyNotTrusted() {
        return RefusalText.PROXY_NOT_TRUSTED.with();
    }

    /** The client took too long to log in; the text of a Postgres server. */
    public static Refusal loginTimeout() {
        return RefusalText.LOGIN_TIMEOUT.with();
    }

    /** The backend did not begin the session. */
    public static Refusal startTimeout(String name, Duration timeout) {
        return RefusalText.START_TIMEOUT.with(name, timeout.toSeconds());
    }

    /** The backend refused the session's startup parameters, or the StartupMessage. */
    public static Refusal badParameter(ErrorResponse error) {
        boolean unknownDatabase = error.sqlState().equals(SqlState.INVALID_CATALOG_NAME.code());
        return new Refusal(
                unknownDatabase ? Reason.UNKNOWN_DATABASE : Reason.BAD_PARAMETER, asFatal(error));
    }

    /** Idle for too long. */
    public static Refusal idle(Duration timeout) {
        return RefusalText.IDLE.with(timeout.toSeconds());
    }

    /** Idle for too long with a transaction open. */
    public static Refusal idleInTransaction(Duration timeout) {
        return RefusalText.IDLE_IN_TRANSACTION.with(timeout.toSeconds());
    }

    /** The session is over because the client said so, or vanished: nobody reads this. */
    public static Refusal clientGone(Reason reason) {
        return new Refusal(reason, ErrorResponse.fatal(reason.sqlState(), reason.label()));
    }

    /** A proxy's header cannot be read, or came from a stranger: nobody reads this. */
    public static Refusal proxyProtocol(String what) {
        return new Refusal(
                Reason.PROXY_PROTOCOL, ErrorResponse.fatal(Reason.PROXY_PROTOCOL.sqlState(), what));
    }

    /** The tunnel's lifetime is over. */
    public static Refusal lifetime(Duration lifetime) {
        return RefusalText.LIFETIME.with(lifetime.toSeconds());
    }

    /** The owner stopped sharing. */
    public static Refusal stopped() {
        return RefusalText.STOPPED.with();
    }

    /** The relay's operator ended the session. */
    public static Refusal killed() {
        return RefusalText.KILLED.with();
    }

    /** The client's credential expired while it was connected. */
    public static Refusal accessExpired(String user) {
        return RefusalText.ACCESS_EXPIRED.with(user);
    }

    /** The relay shuts down. */
    public static Refusal draining() {
        return RefusalText.DRAINING.with();
    }

    /** The agent's connection is lost. */
    public static Refusal agentLost() {
        return RefusalText.AGENT_LOST.with();
    }

    /** There is no database of this name. */
    public static Refusal unknownDatabase(String name, String known) {
        return RefusalText.UNKNOWN_DATABASE.with(name, known);
    }

    /** The client sent more at once than the database takes. */
    public static Refusal batchTooLarge(int limit) {
        return RefusalText.BATCH_TOO_LARGE.with(limit);
    }

    /** The client listens, and does not read. */
    public static Refusal tooManyNotifications() {
        return RefusalText.TOO_MANY_NOTIFICATIONS.with();
    }

    /** The database has come to an end by itself. */
    public static Refusal databaseStopped(String name, String cause) {
        return RefusalText.DATABASE_STOPPED.with(name, cause);
    }

    /** The database has come to an end by itself, and is being opened again. */
    public static Refusal databaseReopens(String name, String cause) {
        return RefusalText.DATABASE_REOPENS.with(name, cause);
    }

    /** The database could not begin the session. */
    public static Refusal notStarted(String cause) {
        return RefusalText.NOT_STARTED.with(cause);
    }

    /** The agent cannot connect to the Postgres server that it shares. */
    public static Refusal upstreamUnreachable(String cause) {
        return RefusalText.UPSTREAM_UNREACHABLE.with(cause);
    }

    /** The Postgres server does not let the agent in. */
    public static Refusal upstreamLoginFailed(String cause) {
        return RefusalText.UPSTREAM_LOGIN_FAILED.with(cause);
    }

    /** The Postgres server closed the session's connection. */
    public static Refusal upstreamLost() {
        return RefusalText.UPSTREAM_LOST.with();
    }

    /** The agent ended the session for a reason of its own. */
    public static Refusal backendEnded(ErrorResponse error) {
        return new Refusal(Reason.BACKEND_ENDED, asFatal(error));
    }

    private static ErrorResponse asFatal(ErrorResponse error) {
        return new ErrorResponse(
                Severity.FATAL, error.sqlState(), error.message(), error.detail(), error.hint());
    }
}
