package dev.culvert.agent.cli;

import dev.culvert.agent.ClientInfo;
import dev.culvert.agent.Share;
import dev.culvert.agent.ShareState;
import dev.culvert.agent.SharedUser;
import dev.culvert.agent.dial.ClosedReason;
import dev.culvert.agent.run.Activity;
import dev.culvert.wire.message.TransactionStatus;
import java.io.PrintWriter;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Lines for a person; on a terminal with a last one that lives. */
final class TextOutput implements ShareOutput {
    /** Back to the line's start, and what stands there away: ECMA-48, EL. */
    private static final String CLEAR_LINE = "\r\u001b[K";

    private static final String[] UNITS = {"bytes", "kB", "MB", "GB", "TB"};

    private final PrintWriter out;
    private final boolean terminal;
    private String status = "";

    /**
     * Prints there.
     *
     * @param terminal whether a line may be written over
     */
    TextOutput(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    @Override
    public void shared(Share share, ConnectionLines lines, String what) {
        StringBuilder text = new StringBuilder();
        text.append(capital(what)).append(" is shared as ").append(share.host());
        text.append(". Connect to it with\n\n");
        text.append("  URL   ").append(lines.url()).append('\n');
        text.append("  psql  ").append(lines.psql()).append('\n');
        text.append("  JDBC  ").append(lines.jdbc()).append('\n');
        text.append("  env   ").append(lines.databaseUrl()).append('\n');
        for (SharedUser other : share.otherUsers()) {
            text.append("  also  user ").append(other.name());
            other.password().ifPresent(password -> text.append(", password ").append(password));
            text.append('\n');
        }
        text.append("\nCtrl-C stops it.");
        print(text.toString());
    }

    @Override
    public void onClientConnected(ClientInfo client) {
        say(describe(client) + " connected from " + place(client));
    }

    @Override
    public void onClientDisconnected(ClientInfo client) {
        say(place(client) + " left");
    }

    private static String describe(ClientInfo client) {
        String application =
                client.application().isEmpty() ? "a client" : printable(client.application());
        return application + " (user " + printable(client.user()) + ")";
    }

    private static String place(ClientInfo client) {
        return printable(client.address()) + ":" + client.port();
    }

    @Override
    public void onState(ShareState state) {
        switch (state) {
            case ShareState.Connecting _ -> {
                // nothing to say yet
            }
            case ShareState.Live _ -> say("the relay has this database");
            case ShareState.Moving(String reason, int attempt) when attempt == 0 ->
                    say("the relay asks to move: " + printable(reason));
            case ShareState.Resuming(_, int attempt) when attempt == 0 ->
                    say("the connection to the relay broke; clients wait");
            case ShareState.Moving _, ShareState.Resuming _ -> {
                // said already
            }
            case ShareState.Closed(ClosedReason reason) ->
                    say("sharing has ended: " + printable(reason.message()) + ". " + reason.hint());
        }
    }

    @Override
    public void activity(ShareState state, Activity activity) {
        if (terminal) {
            String line = status(state, activity);
            synchronized (out) {
                if (!line.equals(status)) {
                    status = line;
                    out.print(CLEAR_LINE + line);
                    out.flush();
                }
            }
        }
    }

    /** The line that lives. */
    static String status(ShareState state, Activity activity) {
        return word(state)
                + " · "
                + activity.clients()
                + (activity.clients() == 1 ? " client" : " clients")
                + (activity.clients() == 0 ? "" : ", " + doing(activity))
                + " · "
                + activity.statements()
                + (activity.statements() == 1 ? " statement" : " statements")
                + " · "
                + size(activity.received())
                + " in, "
                + size(activity.sent())
                + " out";
    }

    private static String word(ShareState state) {
        return switch (state) {
            case ShareState.Connecting _ -> "connecting";
            case ShareState.Live _ -> "live";
            case ShareState.Moving(_, int attempt) -> "moving (attempt " + attempt + ")";
            case ShareState.Resuming(_, int attempt) -> "resuming (attempt " + attempt + ")";
            case ShareState.Closed _ -> "closed";
        };
    }

    private static String doing(Activity activity) {
        String doing = activity.busy() ? "running" : "idle";
        return switch (activity.transaction()) {
            case TransactionStatus s when s == TransactionStatus.IDLE -> doing;
            case TransactionStatus s when s == TransactionStatus.FAILED ->
                    doing + " in a failed transaction";
            default -> doing + " in a transaction";
        };
    }

    /** Of 1000 bytes each. */
    static String size(long bytes) {
        double amount = bytes;
        int unit = 0;
        while (amount >= 1_000 && unit < UNITS.length - 1) {
            amount /= 1_000;
            unit++;
        }
        return unit == 0
                ? bytes + " bytes"
                : String.format(Locale.ROOT, "%.1f %s", amount, UNITS[unit]);
    }

    @Override
    public void failed(String message) {
        say(printable(message));
    }

    @Override
    public void close() {
        synchronized (out) {
            if (!status.isEmpty()) {
                out.print(CLEAR_LINE);
                status = "";
            }
            out.flush();
        }
    }

    private void say(String line) {
        print(LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS) + "  " + line);
    }

    private void print(String text) {
        synchronized (out) {
            out.println(status.isEmpty() ? text : CLEAR_LINE + text);
            out.print(status);
            out.flush();
        }
    }

    private static String capital(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }

    /** Texts of others must not play tricks with the terminal. */
    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
