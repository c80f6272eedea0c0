package dev.culvert.front.session;

import dev.culvert.wire.message.BackendMessages;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells an idle client from time to time what it knows already, so that load balancers on the way
 * see the connection used.
 *
 * <p>The server's encoding is what is told: it cannot change during a session, and no client does
 * anything when it hears of it, while pgjdbc, for one, looks closely at several others. Postgres
 * documentation, "Asynchronous Operations": a ParameterStatus may come at any time.
 */
final class IdleStatus {
    private static final String PARAMETER = "server_encoding";

    private final ClientPort port;
    private final Optional<Duration> interval;
    private final BooleanSupplier mayWrite;
    private Runnable callOff = () -> {};

    /**
     * A status.
     *
     * @param mayWrite whether it is the client's turn, and all it was sent were whole messages
     */
    IdleStatus(ClientPort port, Optional<Duration> interval, BooleanSupplier mayWrite) {
        this.port = port;
        this.interval = interval;
        this.mayWrite = mayWrite;
    }

    /** The session begins; the backend has said what its encoding is, or has not. */
    void start(@Nullable String serverEncoding) {
        if (serverEncoding != null) {
            interval.ifPresent(delay -> sleep(delay, serverEncoding));
        }
    }

    /** The name of the parameter that is told. */
    static String parameter() {
        return PARAMETER;
    }

    void stop() {
        callOff.run();
    }

    private void sleep(Duration delay, String serverEncoding) {
        callOff =
                port.schedule(
                        delay,
                        () -> {
                            if (mayWrite.getAsBoolean()) {
                                write(serverEncoding);
                            }
                            sleep(delay, serverEncoding);
                        });
    }

    private void write(String serverEncoding) {
        ByteBuf status = port.allocator().buffer();
        BackendMessages.parameterStatus(status, PARAMETER, serverEncoding);
        port.write(status, () -> {});
    }
}
