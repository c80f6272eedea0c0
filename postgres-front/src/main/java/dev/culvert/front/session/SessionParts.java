package dev.culvert.front.session;

import dev.culvert.front.cancel.CancelKeys;
import dev.culvert.front.observe.FrontObserver;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * What all sessions of a front share. Thread-safe.
 *
 * @param live the sessions of this moment
 * @param clock decides whether a credential has expired
 * @param startTimeout how long a backend may take to begin a session
 * @param idleStatus how often idle clients hear a ParameterStatus; empty for never
 */
public record SessionParts(
        FrontObserver observer,
        CancelKeys cancelKeys,
        LiveSessions live,
        InstantSource clock,
        Duration startTimeout,
        Optional<Duration> idleStatus) {}
