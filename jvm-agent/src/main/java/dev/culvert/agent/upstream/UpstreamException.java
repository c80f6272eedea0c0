package dev.culvert.agent.upstream;

/** A Postgres server cannot be used; the message says why, to the agent's owner. */
public final class UpstreamException extends RuntimeException {
    UpstreamException(String message) {
        super(message);
    }
}
