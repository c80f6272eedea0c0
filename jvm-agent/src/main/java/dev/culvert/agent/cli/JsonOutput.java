package dev.culvert.agent.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.culvert.agent.ClientInfo;
import dev.culvert.agent.Share;
import dev.culvert.agent.ShareState;
import dev.culvert.agent.SharedUser;
import dev.culvert.agent.dial.ClosedReason;
import dev.culvert.agent.run.Activity;
import java.io.PrintWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A line of JSON for each event: {@code shared}, {@code client-connected}, {@code
 * client-disconnected}, {@code state}, {@code activity} (when something has changed, every five
 * seconds at most), {@code closed}, {@code failed}.
 */
final class JsonOutput implements ShareOutput {
    private static final JsonMapper JSON = new JsonMapper();

    /** Of {@link #activity} calls, this many pass unless they tell something new. */
    private static final int CALLS_PER_LINE = 10;

    private final PrintWriter out;
    private @Nullable Activity told;
    private int calls;

    JsonOutput(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void shared(Share share, ConnectionLines lines, String what) {
        ObjectNode event =
                event("shared")
                        .put("name", share.name())
                        .put("host", share.host())
                        .put("port", share.port())
                        .put("user", share.user())
                        .put("password", share.password())
                        .put("url", lines.url())
                        .put("psql", lines.psql())
                        .put("jdbc", lines.jdbc())
                        .put("what", what);
        ArrayNode others = event.putArray("users");
        for (SharedUser each : share.otherUsers()) {
            ObjectNode other = others.addObject().put("user", each.name());
            each.password().ifPresent(password -> other.put("password", password));
        }
        print(event);
    }

    @Override
    public void onClientConnected(ClientInfo client) {
        print(client("client-connected", client));
    }

    @Override
    public void onClientDisconnected(ClientInfo client) {
        print(client("client-disconnected", client));
    }

    private static ObjectNode client(String name, ClientInfo client) {
        return event(name)
                .put("session", client.session())
                .put("address", client.address())
                .put("port", client.port())
                .put("user", client.user())
                .put("application", client.application());
    }

    @Override
    public void onState(ShareState state) {
        ObjectNode event = event("state");
        switch (state) {
            case ShareState.Connecting _ -> event.put("state", "connecting");
            case ShareState.Live _ -> event.put("state", "live");
            case ShareState.Moving(String reason, int attempt) ->
                    event.put("state", "moving").put("reason", reason).put("attempt", attempt);
            case ShareState.Resuming(var since, int attempt) ->
                    event.put("state", "resuming")
                            .put("since", since.toString())
                            .put("attempt", attempt);
            case ShareState.Closed(ClosedReason reason) -> {
                event = event("closed");
                event.put("reason", reason.name())
                        .put("message", reason.message())
                        .put("hint", reason.hint());
            }
        }
        print(event);
    }

    @Override
    public void activity(ShareState state, Activity activity) {
        synchronized (out) {
            calls++;
            if (calls < CALLS_PER_LINE || activity.equals(told)) {
                return;
            }
            calls = 0;
            told = activity;
        }
        print(
                event("activity")
                        .put("clients", activity.clients())
                        .put("busy", activity.busy())
                        .put("transaction", activity.transaction().name().toLowerCase(Locale.ROOT))
                        .put("statements", activity.statements())
                        .put("received", activity.received())
                        .put("sent", activity.sent()));
    }

    @Override
    public void failed(String message) {
        print(event("failed").put("message", message));
    }

    @Override
    public void close() {
        out.flush();
    }

    private static ObjectNode event(String name) {
        return JSON.createObjectNode().put("event", name);
    }

    private void print(ObjectNode event) {
        try {
            String line = JSON.writeValueAsString(event);
            synchronized (out) {
                out.println(line);
                out.flush();
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
