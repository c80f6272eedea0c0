package dev.culvert.agent.upstream;

import dev.culvert.front.refuse.Refusal;
import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.startup.StartupMessage;
import dev.culvert.wire.text.CStrings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;

/** Logs in at a server, reads its version, and leaves. */
final class Probe implements ServerChannel.Listener {
    private static final int HEADER_BYTES = 5;
    private static final byte[] TERMINATE = {'X', 0, 0, 0, 4};

    private final UpstreamAddress address;
    private final Promise<String> version;

    private Probe(UpstreamAddress address, Promise<String> version) {
        this.address = address;
        this.version = version;
    }

    static Future<String> run(Vertx vertx, UpstreamConnector connector, StartupMessage startup) {
        ContextInternal context = ((VertxInternal) vertx).createEventLoopContext();
        Probe probe = new Probe(connector.address(), context.promise());
        EventLoop thread = context.nettyEventLoop();
        connector
                .connect(
                        thread,
                        (loop, protection) ->
                                new ServerChannel(connector, loop, protection, startup, probe))
                .onFailure(cause -> probe.fail(String.valueOf(cause.getMessage())));
        return probe.version.future();
    }

    private void fail(String cause) {
        version.tryFail(new UpstreamException(address + " cannot be used: " + cause));
    }

    @Override
    public void onLoggedIn(ServerChannel channel, ByteBuf answer) {
        String found = "unknown";
        while (answer.readableBytes() >= HEADER_BYTES) {
            byte type = answer.readByte();
            ByteBuf body = answer.readSlice(answer.readInt() - Integer.BYTES);
            if (type == 'S' && "server_version".equals(CStrings.readLenient(body))) {
                found = String.valueOf(CStrings.readLenient(body));
            }
        }
        answer.release();
        channel.write(Unpooled.wrappedBuffer(TERMINATE));
        channel.close();
        version.tryComplete(found);
    }

    @Override
    public boolean onMessage(byte type, byte end) {
        return false;
    }

    @Override
    public void onData(ByteBuf bytes, boolean endOfAnswer) {
        bytes.release();
    }

    @Override
    public void onWritable() {
        // nothing waits
    }

    @Override
    public void onFailed(Refusal reason, String cause) {
        fail(cause);
    }

    @Override
    public void onFatal(ErrorResponse error) {
        fail(error.message());
    }

    @Override
    public void onClosed() {
        fail("it closed the connection");
    }
}
