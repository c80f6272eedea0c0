package dev.culvert.relay.config;

import dev.culvert.front.limit.ConnectionLimits;
import dev.culvert.relay.policy.AccessSettings;

/**
 * What a running relay takes over.
 *
 * @param access who may open a tunnel
 * @param tunnels what tunnels may do that are opened from then on
 * @param connections how many connections are taken
 * @param drain how the relay empties itself
 */
public record LiveSettings(
        AccessSettings access,
        TunnelSettings tunnels,
        ConnectionLimits connections,
        DrainSettings drain) {}
