package dev.culvert.front.refuse;

import dev.culvert.wire.error.SqlState;

/**
 * Why a client was refused or a session ended: SQLSTATE for the client, label for logs and meters.
 */
public enum Reason {
    /** The client ended the session. */
    TERMINATED("terminated", SqlState.SUCCESSFUL_COMPLETION),
    /** The client's connection broke. */
    CLIENT_LOST("client-lost", SqlState.CONNECTION_FAILURE),
    /** The client came without TLS. */
    TLS_REQUIRED("tls-required", SqlState.INVALID_AUTHORIZATION),
    /** The client broke the Postgres protocol. */
    PROTOCOL_VIOLATION("protocol-violation", SqlState.PROTOCOL_VIOLATION),
    /** The client did not say which tunnel, or said it in two ways. */
    NO_ROUTE("no-route", SqlState.CONNECTION_REJECTED),
    /** No agent is connected under the name. */
    NO_TUNNEL("no-tunnel", SqlState.CANNOT_CONNECT_NOW),
    /** Another client has the backend. */
    OCCUPIED("occupied", SqlState.TOO_MANY_CONNECTIONS),
    /** As many wait for the backend as may. */
    QUEUE_FULL("queue-full", SqlState.TOO_MANY_CONNECTIONS),
    /** The client's turn did not come in time. */
    QUEUE_TIMEOUT("queue-timeout", SqlState.TOO_MANY_CONNECTIONS),
    /** The server has as many connections as it takes. */
    TOO_MANY_CONNECTIONS("too-many-connections", SqlState.TOO_MANY_CONNECTIONS),
    /** The client's address has as many connections as one may have. */
    TOO_MANY_FROM_ADDRESS("too-many-from-address", SqlState.TOO_MANY_CONNECTIONS),
    /** The tunnel has as many connections, those in login included, as one may have. */
    TOO_MANY_TO_TUNNEL("too-many-to-tunnel", SqlState.TOO_MANY_CONNECTIONS),
    /** New connections come faster than they are taken. */
    CONNECTING_TOO_FAST("connecting-too-fast", SqlState.TOO_MANY_CONNECTIONS),
    /** The owner does not let the client's address in. */
    ADDRESS_NOT_ALLOWED("address-not-allowed", SqlState.INVALID_AUTHORIZATION),
    /** The client's certificate is another user's. */
    CERTIFICATE_MISMATCH("certificate-mismatch", SqlState.INVALID_AUTHORIZATION),
    /** The password is wrong, the user unknown, or the credential expired. */
    WRONG_PASSWORD("wrong-password", SqlState.INVALID_PASSWORD),
    /** Too many wrong passwords came. */
    TOO_MANY_FAILURES("too-many-failures", SqlState.CONFIGURATION_LIMIT_EXCEEDED),
    /** As many passwords are being checked as can be. */
    CHECKS_BUSY("checks-busy", SqlState.TOO_MANY_CONNECTIONS),
    /** The PROXY protocol's header is missing, malformed, late, or from a stranger. */
    PROXY_PROTOCOL("proxy-protocol", SqlState.PROTOCOL_VIOLATION),
    /** The client took too long to log in. */
    LOGIN_TIMEOUT("login-timeout", SqlState.QUERY_CANCELED),
    /** The backend took too long to start the session. */
    START_TIMEOUT("start-timeout", SqlState.CANNOT_CONNECT_NOW),
    /** The backend refused a startup parameter. */
    BAD_PARAMETER("bad-parameter", SqlState.INVALID_PARAMETER_VALUE),
    /** The client was idle for too long. */
    IDLE("idle", SqlState.IDLE_SESSION_TIMEOUT),
    /** The client was idle for too long with a transaction open. */
    IDLE_IN_TRANSACTION("idle-in-transaction", SqlState.IDLE_IN_TRANSACTION_SESSION_TIMEOUT),
    /** A statement ran for too long, and did not end when it was cancelled. */
    STATEMENT_TIMEOUT("statement-timeout", SqlState.QUERY_CANCELED),
    /** The tunnel's lifetime is over. */
    LIFETIME("lifetime", SqlState.ADMIN_SHUTDOWN),
    /** The owner stopped sharing. */
    STOPPED("stopped", SqlState.ADMIN_SHUTDOWN),
    /** The relay's operator ended the session. */
    KILLED("killed", SqlState.ADMIN_SHUTDOWN),
    /** The client's credential expired while it was connected. */
    ACCESS_EXPIRED("access-expired", SqlState.ADMIN_SHUTDOWN),
    /** The relay shuts down. */
    DRAINING("draining", SqlState.ADMIN_SHUTDOWN),
    /** The agent's connection is lost. */
    AGENT_LOST("agent-lost", SqlState.CONNECTION_FAILURE),
    /** There is no such database. */
    UNKNOWN_DATABASE("unknown-database", SqlState.INVALID_CATALOG_NAME),
    /** The client sent more at once than the database takes. */
    BATCH_TOO_LARGE("batch-too-large", SqlState.PROGRAM_LIMIT_EXCEEDED),
    /** The client listens, and does not read. */
    TOO_MANY_NOTIFICATIONS("too-many-notifications", SqlState.CONFIGURATION_LIMIT_EXCEEDED),
    /** The database has come to an end by itself. */
    DATABASE_STOPPED("database-stopped", SqlState.CRASH_SHUTDOWN),
    /** The agent cannot use the Postgres server that it shares. */
    UPSTREAM_UNUSABLE("upstream-unusable", SqlState.CANNOT_CONNECT_NOW),
    /** The agent ended the session, for a reason of its own. */
    BACKEND_ENDED("backend-ended", SqlState.CONNECTION_FAILURE);

    private final String label;
    private final SqlState sqlState;

    Reason(String label, SqlState sqlState) {
        this.label = label;
        this.sqlState = sqlState;
    }

    /** The name in logs and meters. */
    public String label() {
        return label;
    }

    /** What the client gets, unless the refusal carries one of its own. */
    public SqlState sqlState() {
        return sqlState;
    }

    /** Whether the client itself ended the session, so that there is nobody to tell. */
    public boolean isClientsOwn() {
        return this == TERMINATED || this == CLIENT_LOST;
    }
}
