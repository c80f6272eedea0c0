package dev.culvert.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.culvert.agent.config.Catalogue;
import dev.culvert.agent.config.ConfigReader;
import dev.culvert.agent.config.RelayConfig;
import dev.culvert.agent.config.Setting;
import dev.culvert.certs.issue.DevelopmentCa;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the chart tells the relay, read by the relay's own code. */
class ChartConfigTest {
    private static final String EXISTING = "tls: {secretName: relay-certificate}\n";
    private static final String AUDIT_VARIABLE = "CULVERT_AUDIT_FILE";

    @TempDir private Path folder;

    /** As {@code culvert relay --check-config} does it in the pod, with its files and variables. */
    @ParameterizedTest
    @EnumSource(ChartTest.Case.class)
    void the_relay_accepts_its_configuration(ChartTest.Case combination) throws IOException {
        List<HasMetadata> objects = Chart.parse(Chart.render(combination.values));
        String text = Chart.config(objects).replace("/etc/culvert/", folder + "/");
        JsonNode written = Chart.yaml(text);
        Path file = Files.writeString(folder.resolve("culvert.yaml"), text);
        certificate(written.at("/domains/0").asText());
        Files.createDirectory(folder.resolve("access"));
        Files.writeString(
                folder.resolve("access/tokens.yaml"),
                "tokens: [{subject: alice, sha256: " + "0f".repeat(32) + "}]\n");
        Map<String, String> environment = environment(Chart.pod(objects));

        RelayConfig config =
                RelayConfig.of(ConfigReader.read(file, environment, Map.of()), environment);
        config.loadCertificates();

        assertThat(config.certificates()).hasSize(1);
        assertThat(config.isOpenToStrangers()).isEqualTo(!written.has("access"));
        assertThat(config.settings().domains().getFirst())
                .isEqualTo(written.at("/domains/0").asText());
        assertThat(config.log().audit().isPresent())
                .isEqualTo(environment.containsKey(AUDIT_VARIABLE));
    }

    private void certificate(String domain) throws IOException {
        DevelopmentCa ca = DevelopmentCa.openOrCreate(folder.resolve("ca"), Clock.systemUTC());
        ca.serverCertificate(new LinkedHashSet<>(Set.of(domain, "*." + domain)));
        Files.createDirectory(folder.resolve("tls"));
        Files.copy(ca.serverCertificateFile(), folder.resolve("tls/tls.crt"));
        Files.copy(ca.serverKeyFile(), folder.resolve("tls/tls.key"));
    }

    /** The container's; what comes from secrets and from the pod is long enough for any of them. */
    private static Map<String, String> environment(PodSpec pod) {
        Map<String, String> environment = new HashMap<>();
        for (EnvVar variable : pod.getContainers().getFirst().getEnv()) {
            environment.put(
                    variable.getName(),
                    Objects.requireNonNullElse(variable.getValue(), "0123456789abcdef"));
        }
        return environment;
    }

    @Test
    void the_chart_knows_which_settings_the_relay_takes_over_while_it_runs() throws IOException {
        assertThat(Files.readAllLines(Chart.FOLDER.resolve("live-settings.txt")))
                .isEqualTo(
                        Catalogue.settings().stream()
                                .filter(Setting::live)
                                .map(Setting::key)
                                .sorted()
                                .toList());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "config: {domains: [relay.example], tunnels: {lifetime: 2h}}",
                "config: {domains: [relay.example], tunnels: {liveness: {pingInterval: 10s}}}",
                "log: {format: human}",
            })
    void what_the_relay_takes_over_while_it_runs_is_no_other_pod(String values) throws IOException {
        assertThat(Chart.config(Chart.parse(Chart.render(EXISTING + values))))
                .isNotEqualTo(Chart.config(Chart.parse(Chart.render(EXISTING))));
        assertThat(checksum(EXISTING + values)).isEqualTo(checksum(EXISTING));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "config: {domains: [db.example]}",
                "config: {domains: [relay.example], tcp: {keepAliveIdle: 30s}}",
                "postgres: {proxyProtocol: {enabled: true, trusted: [10.0.0.0/8]}}",
            })
    void what_takes_a_restart_is_another_pod(String values) throws IOException {
        assertThat(checksum(EXISTING + values)).isNotEqualTo(checksum(EXISTING));
    }

    @Test
    void the_audit_is_the_only_thing_that_a_pod_writes() throws IOException {
        PodSpec without = Chart.pod(Chart.parse(Chart.render(EXISTING)));
        PodSpec pod = Chart.pod(Chart.parse(Chart.render(EXISTING + "audit: {enabled: true}\n")));
        Container relay = pod.getContainers().getFirst();

        assertThat(without.getContainers().getFirst().getVolumeMounts())
                .allSatisfy(mount -> assertThat(mount.getReadOnly()).isTrue());
        assertThat(environment(without)).doesNotContainKey(AUDIT_VARIABLE);
        assertThat(relay.getVolumeMounts())
                .filteredOn(mount -> mount.getReadOnly() == null)
                .singleElement()
                .returns("audit", VolumeMount::getName)
                .satisfies(mount ->
                        assertThat(environment(pod).get(AUDIT_VARIABLE))
                                .startsWith(mount.getMountPath() + "/"));
        assertThat(pod.getVolumes())
                .filteredOn(volume -> volume.getName().equals("audit"))
                .singleElement()
                .extracting(volume -> volume.getEmptyDir().getSizeLimit())
                .isEqualTo(Quantity.parse("1Gi"));
    }

    private static String checksum(String values) throws IOException {
        return Objects.requireNonNull(
                Chart.only(Chart.parse(Chart.render(values)), Deployment.class)
                        .getSpec()
                        .getTemplate()
                        .getMetadata()
                        .getAnnotations()
                        .get("checksum/config"));
    }
}
