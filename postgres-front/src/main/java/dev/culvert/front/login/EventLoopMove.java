package dev.culvert.front.login;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;

/**
 * Takes a connection from one event loop to another. Its handlers stay as they are; in between,
 * nothing is read. Timers that they have set stay behind: they are to be called off before.
 */
final class EventLoopMove {
    private EventLoopMove() {}

    /**
     * Begins the move; on the connection's event loop.
     *
     * @param moved called on the new event loop
     * @param lost called instead when the connection was closed on the way, possibly after its
     *     handlers were told
     */
    static void start(Channel channel, EventLoop to, Runnable moved, Runnable lost) {
        channel.deregister()
                .addListener(_ ->
                        to.register(channel)
                                .addListener(registered -> {
                                    if (registered.isSuccess()) {
                                        moved.run();
                                    } else {
                                        channel.close();
                                        lost.run();
                                    }
                                }));
    }
}
