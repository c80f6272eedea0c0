package dev.culvert.relay.admin;

import dev.culvert.front.session.LiveSession;
import dev.culvert.relay.admin.Operations.TunnelView;
import dev.culvert.relay.tunnel.LiveTunnel;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Function;

/** What the admin API says of tunnels and sessions. */
final class AdminJson {
    private AdminJson() {}

    static JsonObject tunnel(TunnelView view) {
        LiveTunnel tunnel = view.tunnel();
        return new JsonObject()
                .put("name", tunnel.name())
                .put("state", tunnel.state())
                .put("mode", tunnel.mode())
                .put("backend", tunnel.backend())
                .put("sessions", view.sessions())
                .put("waiting", tunnel.sharing().waiting())
                .put("since", tunnel.since().toString());
    }

    static JsonObject session(LiveSession session) {
        return new JsonObject()
                .put("id", session.info().id())
                .put("tunnel", session.info().backend())
                .put("user", session.info().user())
                .put("client", session.info().client().getAddress().getHostAddress())
                .put("port", session.info().client().getPort())
                .put("application", session.info().application())
                .put("busy", session.isBusy())
                .put("batches", session.batches())
                .put("bytesToDatabase", session.bytesToDatabase())
                .put("bytesToClient", session.bytesToClient())
                .put("since", session.since().toString());
    }

    /** A part of a sorted list: what comes behind {@code after}. */
    static <T> JsonObject page(
            String name,
            List<T> sorted,
            Function<T, String> key,
            String after,
            int limit,
            Function<T, JsonObject> json) {
        List<T> rest =
                sorted.stream().filter(item -> key.apply(item).compareTo(after) > 0).toList();
        List<T> shown = rest.subList(0, Math.min(limit, rest.size()));
        JsonObject page =
                new JsonObject()
                        .put("total", sorted.size())
                        .put(name, new JsonArray(shown.stream().map(json).toList()));
        return shown.size() < rest.size() ? page.put("next", key.apply(shown.getLast())) : page;
    }
}
