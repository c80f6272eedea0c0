package dev.culvert.relay.web;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.MimeMapping;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Serves the files of the page that were compressed when the page was built: {@code NAME.gz} is
 * sent for {@code NAME}, with a third of its size. Other requests go to the next handler.
 */
final class CompressedFiles implements Handler<RoutingContext> {
    private static final String SUFFIX = ".gz";

    /** As Vert.x Web has it for the other files. */
    private static final String CACHE_CONTROL = "public, immutable, max-age=86400";

    /** By the request's path. */
    private final Map<String, Path> files;

    /**
     * Looks which files there are. Blocks.
     *
     * @param root the page's folder
     */
    CompressedFiles(Path root) {
        try (Stream<Path> all = Files.walk(root)) {
            files =
                    all.filter(Files::isRegularFile)
                            .filter(file -> file.toString().endsWith(SUFFIX))
                            .collect(
                                    Collectors.toUnmodifiableMap(
                                            file -> requestPath(root, file), file -> file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String requestPath(Path root, Path file) {
        String path = "/" + root.relativize(file);
        return path.substring(0, path.length() - SUFFIX.length());
    }

    @Override
    public void handle(RoutingContext context) {
        Path file = files.get(context.normalizedPath());
        if (file == null) {
            context.next();
            return;
        }
        HttpServerResponse response = context.response().putHeader("Vary", "Accept-Encoding");
        if (!takesGzip(context.request().getHeader("Accept-Encoding"))) {
            response.setStatusCode(406)
                    .end("This file is only there in compressed form: accept gzip.\n");
            return;
        }
        String type = MimeMapping.mimeTypeForFilename(context.normalizedPath());
        response.putHeader("Content-Encoding", "gzip")
                .putHeader("Content-Type", type == null ? "application/octet-stream" : type)
                .putHeader("Cache-Control", CACHE_CONTROL)
                .sendFile(file.toString())
                .onFailure(context::fail);
    }

    /** RFC 9110, section 12.5.3: who says nothing takes anything. */
    private static boolean takesGzip(@Nullable String accepted) {
        if (accepted == null) {
            return true;
        }
        boolean takesOthers = false;
        for (String each : accepted.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] parts = each.strip().split("\\s*;\\s*", -1);
            boolean refused = parts.length > 1 && parts[1].matches("q=0(\\.0*)?");
            switch (parts[0]) {
                case "gzip", "x-gzip" -> {
                    return !refused;
                }
                case "*" -> takesOthers = !refused;
                default -> {
                    // another coding
                }
            }
        }
        return takesOthers;
    }
}
