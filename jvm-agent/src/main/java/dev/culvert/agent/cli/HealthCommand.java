package dev.culvert.agent.cli;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLConnection;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.Callable;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code culvert health}: whether a relay is ready, for container engines whose image has no curl.
 *
 * <p>Any certificate will do: the question is sent to an address and not to the relay's name, and
 * nothing secret goes either way.
 */
@Command(
        name = "health",
        mixinStandardHelpOptions = true,
        description = "Asks a relay whether it is ready.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:It is ready.", "1:It is not, or does not answer."},
        footer = {
            "",
            "Examples:",
            "  culvert health",
            "  culvert health --url https://localhost:9443/readyz"
        })
final class HealthCommand implements Callable<Integer> {
    private static final int READY = HttpURLConnection.HTTP_OK;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "https://localhost:${env:CULVERT_HTTPS_PORT:-8443}/readyz",
            description = "What to ask (${DEFAULT-VALUE}).")
    private URI url = URI.create("https://localhost:8443/readyz");

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "2",
            description = "How long the connection and the answer may each take (2).")
    private int timeoutSeconds = 2;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        try {
            int status = ask();
            if (status == READY) {
                return 0;
            }
            say(url + " answered " + status);
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            say(url + ": " + e.getMessage());
        }
        return 1;
    }

    private int ask() throws IOException, GeneralSecurityException {
        URLConnection connection = url.toURL().openConnection();
        int timeout = Math.toIntExact(Duration.ofSeconds(timeoutSeconds).toMillis());
        connection.setConnectTimeout(timeout);
        connection.setReadTimeout(timeout);
        if (connection instanceof HttpsURLConnection https) {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new AnyCertificate()}, new SecureRandom());
            https.setSSLSocketFactory(context.getSocketFactory());
            https.setHostnameVerifier((_, _) -> true);
        }
        if (!(connection instanceof HttpURLConnection http)) {
            throw new IllegalArgumentException("not an http or https URL");
        }
        try {
            return http.getResponseCode();
        } finally {
            http.disconnect();
        }
    }

    private void say(String what) {
        spec.commandLine().getErr().println("culvert: " + what);
        spec.commandLine().getErr().flush();
    }

    private static final class AnyCertificate implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {
            // a client has none
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            // see the class
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
