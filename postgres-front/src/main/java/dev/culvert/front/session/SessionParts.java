package dev.culvert.front.session;

import dev.culvert.front.cancel.CancelKeys;
import dev.culvert.front.observe.FrontObserver;
import java.time.Duration;

/**
 * What all sessions of a front share. Thread-safe.
 *
 * @param startTimeout how long a backend may take to begin a session
 */
public record SessionParts(FrontObserver observer, CancelKeys cancelKeys, Duration startTimeout) {}
