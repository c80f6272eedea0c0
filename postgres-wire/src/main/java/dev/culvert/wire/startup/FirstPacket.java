package dev.culvert.wire.startup;

/**
 * A packet without a type byte, as only the start of a connection has them. Source: Postgres
 * documentation, "Message Formats".
 */
public sealed interface FirstPacket
        permits SslRequest, GssEncRequest, CancelRequest, StartupMessage {}
