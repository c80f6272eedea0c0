package dev.culvert.relay.refusals;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a client connects with, in libpq's words. A host that is no address is dialled on this
 * machine and sent as server name.
 */
record Login(Map<String, String> parameters) {
    static final String HOST = "host";
    static final String USER = "user";
    static final String PASSWORD = "password";
    static final String SSLMODE = "sslmode";
    static final String OPTIONS = "options";

    /** The tunnel's own host name, user and password. */
    static Login good() {
        return new Login(Map.of())
                .with(HOST, RefusingRelay.TUNNEL + "." + RefusingRelay.DOMAIN)
                .with(USER, "anna")
                .with(PASSWORD, RefusingRelay.PASSWORD)
                .with(SSLMODE, "require");
    }

    Login with(String name, String value) {
        Map<String, String> changed = new LinkedHashMap<>(parameters);
        changed.put(name, value);
        return new Login(changed);
    }

    String get(String name) {
        String value = parameters.get(name);
        if (value == null) {
            throw new IllegalStateException("no " + name);
        }
        return value;
    }
}
