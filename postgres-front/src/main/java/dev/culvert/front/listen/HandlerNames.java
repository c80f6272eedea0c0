package dev.culvert.front.listen;

/** Names of the handlers in a client's pipeline, in the order that bytes meet them. */
final class HandlerNames {
    static final String PROXY_DECODER = "proxy-decoder";
    static final String PROXY = "proxy";
    static final String TLS = "tls";
    static final String FIRST_PACKET = "first-packet";
    static final String LOGIN = "login";

    private HandlerNames() {}
}
