package dev.culvert.relay.config;

import dev.culvert.tunnel.credit.WindowLimits;
import dev.culvert.tunnel.frame.Frame;
import java.time.Duration;

/**
 * What tunnels may do.
 *
 * @param sessions what sessions may do
 * @param lifetime how long a tunnel may live; agents may ask for less
 * @param helloTimeout how long an agent may take to say HELLO
 * @param liveness when an agent that says nothing is taken for gone
 * @param windows what an agent may send before the client has taken it
 * @param maxPayload largest DATA frame, in bytes
 * @param allowNoPassword whether agents may let users in without a password; anybody who knows the
 *     tunnel's name is then such a user
 * @param allowMd5 whether agents may say who users are by MD5 hashes, for clients that cannot do
 *     SCRAM; a hash is as good as its password, and this relay gets to know it
 * @param resume how long a tunnel outlives its WebSocket
 */
public record TunnelSettings(
        SessionSettings sessions,
        Duration lifetime,
        Duration helloTimeout,
        LivenessSettings liveness,
        WindowLimits windows,
        int maxPayload,
        boolean allowNoPassword,
        boolean allowMd5,
        ResumeSettings resume) {
    private static final int MIB = 1_024 * 1_024;

    /** Five minutes idle, one hour of life, no user without a password, none by MD5. */
    public static final TunnelSettings DEFAULTS =
            new TunnelSettings(
                    SessionSettings.DEFAULTS,
                    Duration.ofHours(1),
                    Duration.ofSeconds(10),
                    LivenessSettings.DEFAULTS,
                    new WindowLimits(256 * 1_024, 4 * MIB, 16 * MIB),
                    Frame.DEFAULT_PAYLOAD,
                    false,
                    false,
                    ResumeSettings.DEFAULTS);

    /** Checks the values. */
    public TunnelSettings {
        requireAtLeast("tunnels.lifetime", lifetime, Duration.ofSeconds(1));
        requireAtLeast("tunnels.helloTimeout", helloTimeout, Duration.ofMillis(1));
        requireBetween(
                "tunnels.window",
                windows.initial(),
                Frame.Hello.MIN_WINDOW,
                Frame.Hello.MAX_WINDOW);
        requireBetween("tunnels.maxWindow", windows.max(), windows.initial(), 64 * MIB);
        requireBetween("tunnels.maxTunnelWindow", windows.perTunnel(), windows.max(), 1_024 * MIB);
        requireBetween("tunnels.maxPayload", maxPayload, 1_024, Frame.MAX_PAYLOAD);
    }

    /** The same with other sessions and another lifetime. */
    public TunnelSettings with(SessionSettings newSessions, Duration newLifetime) {
        return new TunnelSettings(
                newSessions,
                newLifetime,
                helloTimeout,
                liveness,
                windows,
                maxPayload,
                allowNoPassword,
                allowMd5,
                resume);
    }

    /** The same with users without a password permitted, or not. */
    public TunnelSettings withAllowNoPassword(boolean allowed) {
        return new TunnelSettings(
                sessions,
                lifetime,
                helloTimeout,
                liveness,
                windows,
                maxPayload,
                allowed,
                allowMd5,
                resume);
    }

    /** The same with MD5 hashes permitted, or not. */
    public TunnelSettings withAllowMd5(boolean allowed) {
        return new TunnelSettings(
                sessions,
                lifetime,
                helloTimeout,
                liveness,
                windows,
                maxPayload,
                allowNoPassword,
                allowed,
                resume);
    }

    /** The same with other times for coming back. */
    public TunnelSettings withResume(ResumeSettings newResume) {
        return new TunnelSettings(
                sessions,
                lifetime,
                helloTimeout,
                liveness,
                windows,
                maxPayload,
                allowNoPassword,
                allowMd5,
                newResume);
    }

    /** The same with other windows. */
    public TunnelSettings withWindows(WindowLimits newWindows) {
        return new TunnelSettings(
                sessions,
                lifetime,
                helloTimeout,
                liveness,
                newWindows,
                maxPayload,
                allowNoPassword,
                allowMd5,
                resume);
    }

    private static void requireAtLeast(String name, Duration value, Duration least) {
        if (value.compareTo(least) < 0) {
            throw new IllegalArgumentException(name + " " + value + " is less than " + least);
        }
    }

    private static void requireBetween(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    name + " " + value + " is not from " + min + " to " + max);
        }
    }
}
