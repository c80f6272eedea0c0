package dev.culvert.agent.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGHUP. By reflection: the JDK has no other way to hear of signals than {@code sun.misc.Signal},
 * of which its compiler warns whatever it is told.
 */
final class HangUp {
    private static final Logger LOG = LoggerFactory.getLogger(HangUp.class);

    private HangUp() {}

    /** Runs the action, on a thread of its own, whenever the signal comes. */
    static void onSignal(Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler handles =
                    (_, method, _) ->
                            switch (method.getName()) {
                                case "handle" -> {
                                    action.run();
                                    yield null;
                                }
                                // nobody compares handlers
                                case "equals" -> false;
                                case "hashCode" -> 0;
                                default -> "SIGHUP";
                            };
            signal.getMethod("handle", signal, handler)
                    .invoke(
                            null,
                            signal.getConstructor(String.class).newInstance("HUP"),
                            Proxy.newProxyInstance(
                                    HangUp.class.getClassLoader(),
                                    new Class<?>[] {handler},
                                    handles));
        } catch (ReflectiveOperationException e) {
            // another JVM, or Windows: the files are looked at all the same
            LOG.atInfo().addKeyValue("reason", e.toString()).log("SIGHUP is not heard");
        }
    }
}
