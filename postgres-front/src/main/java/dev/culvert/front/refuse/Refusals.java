package dev.culvert.front.refuse;

import dev.culvert.front.sharing.ExclusiveSlot;
import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.error.Severity;
import dev.culvert.wire.error.WireException;
import java.time.Duration;

/** The catalogue: what happened, and what to do about it, for every refusal. */
public final class Refusals {
    private Refusals() {}

    /** Plain text where TLS is required. */
    public static Refusal tlsRequired() {
        return refusal(
                Reason.TLS_REQUIRED,
                "this server accepts TLS connections only",
                "Connect with sslmode=require or stronger.");
    }

    /**
     * The client's bytes are not the Postgres protocol, or a part of it that is not spoken here.
     */
    public static Refusal violation(WireException violation) {
        return new Refusal(Reason.PROTOCOL_VIOLATION, asFatal(violation.response()));
    }

    /** Neither SNI, nor options, nor the user name a tunnel. */
    public static Refusal noRoute(String domain) {
        return refusal(
                Reason.NO_ROUTE,
                "the connection does not say which tunnel it wants",
                "Connect to the host NAME."
                        + domain
                        + " with TLS, or add options=tunnel=NAME, or log in as USER.NAME.");
    }

    /** Two routes that disagree. */
    public static Refusal routesDisagree(String one, String other) {
        return refusal(
                Reason.NO_ROUTE,
                "the connection names two tunnels: " + one + " and " + other,
                "Name the tunnel once.");
    }

    /** The host name is under no domain of this server. */
    public static Refusal unknownDomain(String host, String domain) {
        return refusal(
                Reason.NO_ROUTE,
                "the host name \"" + host + "\" does not belong to this server",
                "Connect to NAME." + domain + ".");
    }

    /** The name is not one that a tunnel can have. */
    public static Refusal malformedName(String name) {
        return refusal(
                Reason.NO_ROUTE,
                "\"" + name + "\" is not a tunnel name",
                "Names have 3 to 63 characters of a-z, 0-9 and hyphen.");
    }

    /** No agent is connected under the name. */
    public static Refusal noTunnel(String name) {
        return refusal(
                Reason.NO_TUNNEL,
                "no database is shared under the name \"" + name + "\" at the moment",
                "Check the name, or ask the database's owner to share it.");
    }

    /** Another client has the backend. */
    public static Refusal occupied(String name, ExclusiveSlot.Holder holder) {
        return new Refusal(
                Reason.OCCUPIED,
                fatal(
                                Reason.OCCUPIED,
                                "the database \"" + name + "\" has a client already",
                                "One client at a time can use it. Try again when the other has"
                                        + " disconnected.")
                        .withDetail(
                                "Session "
                                        + holder.session()
                                        + " of user "
                                        + holder.user()
                                        + " has it since "
                                        + holder.since()
                                        + "."));
    }

    /** The SCRAM exchange failed; the text does not tell a wrong password from an unknown user. */
    public static Refusal notAuthenticated(ErrorResponse error) {
        return new Refusal(Reason.WRONG_PASSWORD, error);
    }

    /** The client took too long to log in; the text of a Postgres server. */
    public static Refusal loginTimeout() {
        return refusal(
                Reason.LOGIN_TIMEOUT,
                "canceling authentication due to timeout",
                "Send the password sooner.");
    }

    /** The backend did not begin the session. */
    public static Refusal startTimeout(String name, Duration timeout) {
        return refusal(
                Reason.START_TIMEOUT,
                "the database \""
                        + name
                        + "\" did not answer within "
                        + timeout.toSeconds()
                        + " seconds",
                "It may be busy with a statement of its owner. Try again.");
    }

    /** The backend refused the session's startup parameters, or the StartupMessage. */
    public static Refusal badParameter(ErrorResponse error) {
        return new Refusal(Reason.BAD_PARAMETER, asFatal(error));
    }

    /** Idle for too long. */
    public static Refusal idle(Duration timeout) {
        return refusal(
                Reason.IDLE,
                "terminating connection due to idle-session timeout",
                "The session waited for its client for " + timeout.toSeconds() + " seconds.");
    }

    /** Idle for too long with a transaction open. */
    public static Refusal idleInTransaction(Duration timeout) {
        return refusal(
                Reason.IDLE_IN_TRANSACTION,
                "terminating connection due to idle-in-transaction timeout",
                "The transaction was rolled back after "
                        + timeout.toSeconds()
                        + " seconds without a statement.");
    }

    /** The session is over because the client said so, or vanished: nobody reads this. */
    public static Refusal clientGone(Reason reason) {
        return new Refusal(reason, ErrorResponse.fatal(reason.sqlState(), reason.label()));
    }

    /** The tunnel's lifetime is over. */
    public static Refusal lifetime(Duration lifetime) {
        return refusal(
                Reason.LIFETIME,
                "the tunnel's lifetime of " + lifetime.toSeconds() + " seconds is over",
                "Ask the database's owner to share it again.");
    }

    /** The owner stopped sharing. */
    public static Refusal stopped() {
        return refusal(
                Reason.STOPPED,
                "the database's owner stopped sharing it",
                "Ask the database's owner to share it again.");
    }

    /** The relay shuts down. */
    public static Refusal draining() {
        return refusal(Reason.DRAINING, "the relay is shutting down", "Connect again in a moment.");
    }

    /** The agent's connection is lost. */
    public static Refusal agentLost() {
        return refusal(
                Reason.AGENT_LOST,
                "the connection to the database was lost",
                "Its page or program may have been closed. Connect again when it is back.");
    }

    /** The agent ended the session for a reason of its own. */
    public static Refusal backendEnded(ErrorResponse error) {
        return new Refusal(Reason.BACKEND_ENDED, asFatal(error));
    }

    private static Refusal refusal(Reason reason, String message, String hint) {
        return new Refusal(reason, fatal(reason, message, hint));
    }

    private static ErrorResponse asFatal(ErrorResponse error) {
        return new ErrorResponse(
                Severity.FATAL, error.sqlState(), error.message(), error.detail(), error.hint());
    }

    private static ErrorResponse fatal(Reason reason, String message, String hint) {
        return ErrorResponse.fatal(reason.sqlState(), message).withHint(hint);
    }
}
