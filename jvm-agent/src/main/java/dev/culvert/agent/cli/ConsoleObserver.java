package dev.culvert.agent.cli;

import dev.culvert.front.observe.FrontObserver;
import dev.culvert.front.observe.RefusedClient;
import dev.culvert.front.observe.SessionInfo;
import dev.culvert.front.observe.SessionTotals;
import dev.culvert.front.refuse.Refusal;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;

/** A line on the terminal for each client that connects, leaves or is turned away. */
final class ConsoleObserver implements FrontObserver {
    private final PrintWriter out;

    ConsoleObserver(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void onSessionStarted(SessionInfo session) {
        String application = session.application().isEmpty() ? "a client" : session.application();
        print(printable(application) + " connected from " + text(session.client()));
    }

    @Override
    public void onSessionEnded(SessionInfo session, SessionTotals totals, Refusal reason) {
        print(text(session.client()) + " left (" + reason.reason().label() + ")");
    }

    @Override
    public void onRefused(RefusedClient client, Refusal refusal) {
        print(
                text(client.address())
                        + " was turned away: "
                        + refusal.error().sqlState()
                        + " "
                        + printable(refusal.error().message()));
    }

    private void print(String line) {
        synchronized (out) {
            out.println(
                    LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS)
                            + "  "
                            + line);
            out.flush();
        }
    }

    private static String text(SocketAddress address) {
        return address instanceof InetSocketAddress inet
                ? inet.getAddress().getHostAddress() + ":" + inet.getPort()
                : "a client";
    }

    /** Texts of clients must not play tricks with the terminal. */
    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
