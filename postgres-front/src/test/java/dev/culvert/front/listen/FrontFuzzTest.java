package dev.culvert.front.listen;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.culvert.front.backend.Backend;
import dev.culvert.front.backend.Credential;
import dev.culvert.front.backend.Proof;
import dev.culvert.front.backend.Route;
import dev.culvert.front.cancel.CancelKeys;
import dev.culvert.front.limit.AttemptLimiter;
import dev.culvert.front.limit.ConnectionLimiter;
import dev.culvert.front.login.ClientAddress;
import dev.culvert.front.login.LoginParts;
import dev.culvert.front.observe.FrontObserver;
import dev.culvert.front.observe.RefusedClient;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.observe.SessionTotals;
import dev.culvert.front.refuse.Refusal;
import dev.culvert.front.session.LiveSessions;
import dev.culvert.front.session.SessionParts;
import dev.culvert.front.testing.FakeBackend;
import dev.culvert.front.testing.FrontFixture;
import dev.culvert.front.testing.RawClient;
import dev.culvert.front.testing.ScriptedBackend;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.slf4j.LoggerFactory;

/**
 * Any bytes, cut in any way, in any part of a connection: no handler fails, and no buffer stays. A
 * normal run replays the inputs kept under the resources.
 */
class FrontFuzzTest {
    private static final FrontSettings SETTINGS =
            FrontSettings.on("127.0.0.1", 0).withTlsRequired(false);
    private static final TlsContexts TLS = FrontFixture.tls();
    private static final FakeBackend FAKE =
            new FakeBackend()
                    .with("anna", "pencil", null)
                    .with("guest", new Credential(new Proof.None(), null));
    private static final ListAppender<ILoggingEvent> FAILURES = failures();

    @FuzzTest(maxDuration = "30s")
    void survivesAnyClient(byte[] input) {
        if (input.length < 2) {
            return;
        }
        connect(
                FAKE,
                connection -> {
                    switch (input[0] & 3) {
                        case 0 -> {
                            // from the first byte on
                        }
                        case 1 -> connection.receive(RawClient.startup("guest"));
                        case 2 -> connection.receive(RawClient.startup("anna"));
                        default ->
                                connection.receive(
                                        RawClient.startup("anna"), RawClient.saslInitial());
                    }
                    eachPiece(input, connection::receive);
                });
    }

    @FuzzTest(maxDuration = "30s")
    void survivesAnyBackend(byte[] input) {
        if (input.length < 2) {
            return;
        }
        boolean starts = (input[0] & 1) == 0;
        boolean endOfAnswer = (input[0] & 2) == 0;
        ScriptedBackend backend = starts ? ScriptedBackend.willing() : ScriptedBackend.silent();
        connect(
                backend,
                connection -> {
                    connection.receive(RawClient.startup("guest"));
                    if (starts) {
                        connection.receive(RawClient.message('Q', new byte[1]));
                    }
                    eachPiece(
                            input,
                            piece -> {
                                backend.send(connection.buffer(piece), endOfAnswer);
                                connection.settle();
                            });
                });
    }

    /** The first byte says where the others go, the second how long the pieces are. */
    private static void eachPiece(byte[] input, Consumer<byte[]> action) {
        int size = 1 + (input[1] & 0xff);
        for (int from = 2; from < input.length; from += size) {
            byte[] piece = new byte[Math.min(size, input.length - from)];
            System.arraycopy(input, from, piece, 0, piece.length);
            action.accept(piece);
        }
    }

    private static void connect(Backend backend, Consumer<Connection> talk) {
        UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(false, true);
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.config().setAllocator(buffers);
        channel.pipeline().addLast(new Start(parts(backend)));
        channel.pipeline().fireChannelActive();
        Connection connection = new Connection(channel, buffers);
        talk.accept(connection);
        channel.close();
        connection.settle();
        assertThat(buffers.metric().usedHeapMemory()).as("bytes that leaked").isZero();
        assertThat(buffers.metric().usedDirectMemory()).as("direct bytes that leaked").isZero();
        assertThat(FAILURES.list).as("failures of handlers").isEmpty();
    }

    private static ConnectionParts parts(Backend backend) {
        return new ConnectionParts(
                SETTINGS,
                TLS,
                LoginParts.create(
                        (_, startup) -> new Route.Found(backend, startup),
                        new AttemptLimiter(SETTINGS.attempts(), System::nanoTime),
                        new ConnectionLimiter(SETTINGS.connections(), System::nanoTime),
                        false,
                        new SessionParts(
                                new Nobody(),
                                new CancelKeys(),
                                new LiveSessions(),
                                java.time.InstantSource.system(),
                                SETTINGS.startTimeout(),
                                Optional.empty())));
    }

    /** What handlers log with an exception, unless it is about TLS that makes no sense. */
    private static ListAppender<ILoggingEvent> failures() {
        ListAppender<ILoggingEvent> appender =
                new ListAppender<>() {
                    @Override
                    protected void append(ILoggingEvent event) {
                        if (event.getThrowableProxy() != null && !isAboutTls(event)) {
                            super.append(event);
                        }
                    }
                };
        appender.start();
        Logger logger = (Logger) LoggerFactory.getLogger("dev.culvert.front");
        logger.setLevel(Level.DEBUG);
        logger.setAdditive(false);
        logger.addAppender(appender);
        return appender;
    }

    private static boolean isAboutTls(ILoggingEvent event) {
        String failure = event.getThrowableProxy().getClassName();
        return failure.startsWith("javax.net.ssl.")
                || failure.startsWith("io.netty.handler.ssl.")
                || failure.equals("io.netty.handler.codec.DecoderException");
    }

    private record Connection(EmbeddedChannel channel, UnpooledByteBufAllocator buffers) {
        /** The client's bytes arrive, each array by itself. */
        void receive(byte[]... segments) {
            for (byte[] segment : segments) {
                if (channel.isOpen()) {
                    channel.pipeline().fireChannelRead(buffer(segment));
                    channel.pipeline().fireChannelReadComplete();
                    settle();
                }
            }
        }

        void settle() {
            channel.runPendingTasks();
            channel.releaseOutbound();
            try {
                channel.checkException();
            } catch (DecoderException e) {
                // an embedded channel loses its handlers with its close, and then nobody catches
                // what TLS throws behind that
                if (!(e.getCause() instanceof SSLException || e instanceof TooLongFrameException)) {
                    throw e;
                }
            }
        }

        ByteBuf buffer(byte[] bytes) {
            return buffers.buffer(bytes.length).writeBytes(bytes);
        }
    }

    /** The pipeline of a connection. */
    private static final class Start extends ChannelInitializer<Channel> {
        private final ConnectionParts parts;

        Start(ConnectionParts parts) {
            this.parts = parts;
        }

        @Override
        protected void initChannel(Channel channel) {
            ClientAddress.set(channel, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
            channel.pipeline().addLast(HandlerNames.FIRST_PACKET, new FirstPacketHandler(parts));
        }
    }

    private static final class Nobody implements FrontObserver {
        @Override
        public void onSessionStarted(SessionInfo session) {}

        @Override
        public void onSessionEnded(SessionInfo session, SessionTotals totals, Refusal reason) {}

        @Override
        public void onRefused(RefusedClient client, Refusal refusal) {}
    }
}
