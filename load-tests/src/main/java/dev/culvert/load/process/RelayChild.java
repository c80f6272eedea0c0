package dev.culvert.load.process;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A relay as anybody runs it, in a process of its own, on free ports. It permits users without a
 * password, and has no limits on connections: what is measured is not how many one address may
 * open.
 */
public final class RelayChild implements AutoCloseable {
    private static final Pattern HTTPS_PORT = Pattern.compile("\"httpsPort\":(\\d+)");
    private static final Pattern POSTGRES_PORT = Pattern.compile("\"postgresPort\":(\\d+)");
    private static final String UNLIMITED = "1000000";

    /** As the command {@code culvert relay} and the image set them. */
    private static final List<String> JVM_OPTIONS =
            List.of(
                    "-XX:MinHeapFreeRatio=10",
                    "-XX:MaxHeapFreeRatio=30",
                    "-XX:G1PeriodicGCInterval=60000");

    private final Child process;
    private final int httpsPort;
    private final int postgresPort;

    /**
     * Starts a relay, and returns when it is ready.
     *
     * @param jar the program {@code culvert}
     * @param jvmOptions on top of those that it always has
     * @param options of the relay, on top of those that a measurement needs
     */
    public RelayChild(Workplace place, Path jar, List<String> jvmOptions, List<String> options)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(Workplace.JAVA));
        command.addAll(JVM_OPTIONS);
        command.addAll(jvmOptions);
        command.addAll(
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-jar",
                        jar.toString(),
                        "relay",
                        "--json",
                        "--domain",
                        Workplace.DOMAIN,
                        "--cert",
                        place.certificate().toString(),
                        "--key",
                        place.key().toString(),
                        "--postgres-port",
                        "0",
                        "--https-port",
                        "0",
                        "--allow-no-password",
                        "--max-tunnels",
                        UNLIMITED,
                        "--max-connections",
                        UNLIMITED,
                        "--max-connections-per-address",
                        UNLIMITED,
                        "--new-connections",
                        UNLIMITED,
                        "--new-connections-per-address",
                        UNLIMITED));
        command.addAll(options);
        process = Child.start(command, Map.of(), place.log("relay"));
        String ready = process.line();
        httpsPort = port(HTTPS_PORT, ready);
        postgresPort = port(POSTGRES_PORT, ready);
    }

    private static int port(Pattern pattern, String ready) throws IOException {
        Matcher port = pattern.matcher(ready);
        if (!port.find()) {
            throw new IOException("the relay says " + ready);
        }
        return Integer.parseInt(port.group(1));
    }

    /** Where agents dial. */
    public URI agentsUrl() {
        return URI.create("wss://localhost:" + httpsPort);
    }

    /** Where clients connect. */
    public int postgresPort() {
        return postgresPort;
    }

    /** Its process. */
    public long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.close();
    }
}
