package dev.culvert.front.listen;

import dev.culvert.front.login.LoginParts;

/** What all connections of a front share. Thread-safe. */
record ConnectionParts(FrontSettings settings, TlsContexts tls, LoginParts login) {}
