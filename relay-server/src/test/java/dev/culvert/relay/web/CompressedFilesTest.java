package dev.culvert.relay.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompressedFilesTest {
    private static final String CONTENT = "content ".repeat(10_000);

    @TempDir private Path root;

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = HttpClient.newHttpClient();
    private String url = "";

    @BeforeEach
    void serve() throws Exception {
        Path assets = Files.createDirectory(root.resolve("assets"));
        try (OutputStream out =
                new GZIPOutputStream(Files.newOutputStream(assets.resolve("module.wasm.gz")))) {
            out.write(CONTENT.getBytes(StandardCharsets.UTF_8));
        }
        Files.writeString(root.resolve("index.html"), "the page");
        Router router = Router.router(vertx);
        router.get().handler(new CompressedFiles(root));
        router.get().handler(context -> context.response().end("somebody else"));
        HttpServer server =
                vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1").await();
        url = "http://127.0.0.1:" + server.actualPort();
    }

    @AfterEach
    void stop() {
        client.close();
        vertx.close().await();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate, gzip;q=0.5", "br, *", "GZIP"})
    void who_takes_gzip_gets_it(String accepted) throws Exception {
        HttpResponse<byte[]> response = get("/assets/module.wasm", accepted);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Encoding")).hasValue("gzip");
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/wasm");
        assertThat(response.headers().firstValue("Vary")).hasValue("Accept-Encoding");
        assertThat(response.headers().firstValue("Cache-Control"))
                .hasValueSatisfying(value -> assertThat(value).contains("immutable"));
        assertThat(uncompressed(response.body())).isEqualTo(CONTENT);
    }

    @Test
    void who_says_nothing_takes_anything() throws Exception {
        HttpResponse<byte[]> response = get("/assets/module.wasm", null);

        assertThat(uncompressed(response.body())).isEqualTo(CONTENT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "br", "gzip;q=0", "gzip; q=0.000, *", "*;q=0"})
    void who_does_not_is_told(String accepted) throws Exception {
        HttpResponse<byte[]> response = get("/assets/module.wasm", accepted);

        assertThat(response.statusCode()).isEqualTo(406);
        assertThat(response.headers().firstValue("Vary")).hasValue("Accept-Encoding");
        assertThat(new String(response.body(), StandardCharsets.UTF_8)).contains("accept gzip");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/index.html",
                "/assets/module.wasm.gz",
                "/assets",
                "/assets/%2e%2e/%2e%2e/etc/passwd"
            })
    void other_paths_are_for_others(String path) throws Exception {
        assertThat(get(path, "gzip").body()).asString().isEqualTo("somebody else");
    }

    private HttpResponse<byte[]> get(String path, @Nullable String accepted)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path));
        if (accepted != null) {
            request.header("Accept-Encoding", accepted);
        }
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    private static String uncompressed(byte[] bytes) throws IOException {
        return new String(
                new GZIPInputStream(new ByteArrayInputStream(bytes)).readAllBytes(),
                StandardCharsets.UTF_8);
    }
}
