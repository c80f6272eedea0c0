package dev.culvert.agent;

/** Hears what happens to a shared database. Called on the agent's event loop: must not block. */
public interface ShareListener {
    /** Hears nothing. */
    ShareListener NONE = new ShareListener() {};

    /** A client has logged in. */
    default void onClientConnected(ClientInfo client) {}

    /** A client is gone. */
    default void onClientDisconnected(ClientInfo client) {}

    /** {@link Share#state} has changed. */
    default void onState(ShareState state) {}
}
