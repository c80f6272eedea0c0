package dev.culvert.agent.it;

import dev.culvert.agent.Culvert;
import dev.culvert.agent.Share;
import dev.culvert.agent.ShareListener;
import dev.culvert.agent.ShareOptions;
import dev.culvert.agent.ShareState;
import dev.culvert.front.backend.Backend;
import dev.culvert.relay.admin.ConfigLine;
import dev.culvert.relay.config.AdminSettings;
import dev.culvert.relay.config.DrainSettings;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A relay with an admin port and a console. */
final class OperatedRelay implements AutoCloseable {
    static final String TOKEN = "open-sesame-open-sesame";
    static final String CONSOLE = "ops";

    private static final DrainSettings AT_ONCE =
            new DrainSettings(
                    Duration.ZERO, Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(20));

    private final HttpClient http = HttpClient.newHttpClient();
    final TestRelay relay;

    OperatedRelay(Path directory, Supplier<List<ConfigLine>> config) {
        relay =
                TestRelay.start(
                        directory,
                        settings ->
                                settings.withDrain(AT_ONCE)
                                        .withAdmin(
                                                new AdminSettings(
                                                        Optional.of(
                                                                new AdminSettings.Http(
                                                                        "127.0.0.1",
                                                                        0,
                                                                        Optional.of(TOKEN))),
                                                        Optional.of(
                                                                new AdminSettings.Console(
                                                                        CONSOLE, TOKEN)))),
                        config);
    }

    Share share(Backend database, String name, List<ShareState> states) throws IOException {
        return Culvert.share(database, options(relay.url(), name, states)).await();
    }

    ShareOptions options(String url, String name, List<ShareState> states) throws IOException {
        return ShareOptions.through(URI.create(url))
                .trusting(Buffer.buffer(Files.readAllBytes(relay.caFile())))
                .named(name)
                .listener(
                        new ShareListener() {
                            @Override
                            public void onState(ShareState state) {
                                states.add(state);
                            }
                        });
    }

    /** psql at the console. */
    Psql console() {
        return psql(CONSOLE, "admin", TOKEN);
    }

    Psql psql(String name, String user, String password) {
        return new Psql(
                name + "." + TestRelay.DOMAIN,
                relay.relay().postgresPort(),
                user,
                password,
                relay.caFile());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(path)));
    }

    HttpResponse<String> post(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(path)).POST(HttpRequest.BodyPublishers.noBody()));
    }

    /** The value of a series such as {@code culvert_bytes_total{to="client"}}. */
    double metric(String series) throws IOException, InterruptedException {
        Matcher matcher =
                Pattern.compile("^" + Pattern.quote(series) + " (\\S+)$", Pattern.MULTILINE)
                        .matcher(get("/metrics").body());
        if (!matcher.find()) {
            throw new AssertionError("there is no " + series);
        }
        return Double.parseDouble(matcher.group(1));
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + relay.relay().adminPort().orElseThrow() + path);
    }

    private HttpResponse<String> send(HttpRequest.Builder request)
            throws IOException, InterruptedException {
        return http.send(
                request.header("Authorization", "Bearer " + TOKEN).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        http.close();
        relay.close();
    }
}
