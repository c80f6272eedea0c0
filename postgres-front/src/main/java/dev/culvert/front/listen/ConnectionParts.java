package dev.culvert.front.listen;

import dev.culvert.front.login.LoginParts;
import org.jspecify.annotations.Nullable;

/**
 * What all connections of a front share. Thread-safe.
 *
 * @param tls null where there is none
 */
record ConnectionParts(FrontSettings settings, @Nullable TlsContexts tls, LoginParts login) {}
