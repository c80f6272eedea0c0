package dev.culvert.agent.dial;

import dev.culvert.tunnel.credit.WindowLimits;
import dev.culvert.tunnel.frame.Frame;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a tunnel is made with.
 *
 * @param hello without what concerns a resume
 * @param windows what the relay may send ahead; the initial window is HELLO's
 * @param connectTimeout from dialling to WELCOME
 */
public record TunnelSettings(Frame.Hello hello, WindowLimits windows, Duration connectTimeout) {
    /** The HELLO of an agent that can resume. */
    Frame.Hello hello(Frame.@Nullable Resume resume) {
        return new Frame.Hello(
                hello.agent(),
                hello.name(),
                hello.token(),
                hello.mode(),
                hello.users(),
                hello.allow(),
                hello.backend(),
                hello.idleTimeout(),
                hello.lifetime(),
                hello.timeouts(),
                hello.window(),
                true,
                resume);
    }
}
