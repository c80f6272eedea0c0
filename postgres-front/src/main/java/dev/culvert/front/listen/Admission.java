package dev.culvert.front.listen;

import dev.culvert.front.limit.ConnectionLimiter;
import dev.culvert.front.login.ClientAddress;
import dev.culvert.front.refuse.Refusal;
import io.netty.channel.Channel;

/** Whether a new connection is within the limits. What it holds of them ends with it. */
sealed interface Admission {
    /** It is. */
    record Admitted() implements Admission {}

    /**
     * It is not.
     *
     * @param told whether it may stay until the client can read why
     */
    record Refused(Refusal refusal, boolean told) implements Admission {}

    static Admission of(Channel channel, ConnectionLimiter limiter) {
        return switch (limiter.connect(ClientAddress.of(channel).getAddress())) {
            case ConnectionLimiter.Decision.Admitted(Runnable release) -> {
                channel.closeFuture().addListener(_ -> release.run());
                yield new Admitted();
            }
            case ConnectionLimiter.Decision.Refused(Refusal refusal) -> {
                boolean told = limiter.beginReadableRefusal();
                if (told) {
                    channel.closeFuture().addListener(_ -> limiter.endReadableRefusal());
                }
                yield new Refused(refusal, told);
            }
        };
    }
}
