package dev.culvert.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.marcnuri.helm.LintResult;
import io.fabric8.certmanager.api.model.v1.Certificate;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.openshift.api.model.monitoring.v1.Endpoint;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The chart: strictly linted, rendered for the values that matter, and compared with golden files.
 * {@code mvn -pl deploy test -Dgolden.update=true} writes those anew.
 */
class ChartTest {
    private static final Path GOLDEN =
            Chart.FOLDER.resolve("../../src/test/resources/golden").normalize();

    private static final String EXISTING = "tls: {secretName: relay-certificate}\n";

    @TempDir private Path folder;

    /** Combinations of values whose manifests are kept. */
    enum Case {
        EXISTING_CERTIFICATE(EXISTING),
        OWN_CERTIFICATE("tls: {certificate: chain, key: secret}\n"),
        CERT_MANAGER(
                """
                config: {domains: [relay.example, db.example]}
                tls: {certManager: {enabled: true, issuerRef: {name: letsencrypt}}}
                """),
        NODE_PORTS_ONLY_INSIDE(
                EXISTING
                        + """
                        postgres: {service: {type: NodePort, nodePort: 30432}}
                        https: {service: {type: ClusterIP, port: 8443}}
                        podDisruptionBudget: {enabled: false}
                        networkPolicy: {enabled: false}
                        serviceAccount: {create: false}
                        topologySpread: {enabled: false}
                        test: {enabled: false}
                        """),
        EVERYTHING(
                """
                nameOverride: pg
                image: {repository: registry.example/culvert, tag: "1.2", pullPolicy: Always}
                imagePullSecrets: [{name: registry}]
                replicaCount: 2
                independentRelays: true
                config:
                  domains: [relay.example]
                  connections: {total: 50000}
                  tunnels: {lifetime: 8h, maxTunnelWindow: 16777216}
                  tls: {engine: jdk}
                extraEnv: [{name: CULVERT_LOG_LEVEL, value: debug}]
                extraEnvFrom: [{secretRef: {name: relay-secrets}}]
                tls:
                  secretName: wildcard
                  certManager: {enabled: true, issuerRef: {name: letsencrypt, kind: Issuer}}
                access: {tokensSecret: relay-tokens}
                audit: {enabled: true, existingClaim: relay-audit}
                postgres:
                  service:
                    annotations: {external-dns.alpha.kubernetes.io/hostname: "*.relay.example"}
                    loadBalancerClass: service.k8s.aws/nlb
                    loadBalancerSourceRanges: [192.0.2.0/24]
                  proxyProtocol: {enabled: true, provider: aws, trusted: [10.0.0.0/8]}
                admin: {enabled: true, tokenSecret: relay-admin}
                drain: {delaySeconds: 15, deadlineSeconds: 300, preStopSleepSeconds: 5}
                resources: {requests: {cpu: "2", memory: 2Gi}, limits: {memory: 2Gi}}
                javaToolOptions: -XX:+UseZGC
                podAnnotations: {team: databases}
                podLabels: {team: databases}
                nodeSelector: {kubernetes.io/arch: arm64}
                tolerations: [{key: edge, operator: Exists}]
                affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: []}}
                priorityClassName: high
                serviceAccount: {annotations: {team: databases}}
                podDisruptionBudget: {maxUnavailable: null, minAvailable: 50%}
                autoscaling: {enabled: true}
                networkPolicy:
                  adminFrom: [{namespaceSelector: {matchLabels: {name: monitoring}}}]
                  extraEgress: [{ports: [{port: 443, protocol: TCP}]}]
                  extraIngress: [{from: [{podSelector: {}}]}]
                monitoring:
                  serviceMonitor: {enabled: true, labels: {release: prometheus}}
                  prometheusRule: {enabled: true, labels: {release: prometheus}}
                  dashboards: {enabled: true, annotations: {grafana_folder: Databases}}
                """);

        final String values;

        Case(String values) {
            this.values = values;
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_chart_has_nothing_that_lint_complains_about(Case combination) throws IOException {
        LintResult result = Chart.lint(folder, combination.values);

        assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void manifests_are_what_they_were_and_are_kubernetes(Case combination) throws IOException {
        String manifests = Chart.render(combination.values);
        Path golden = GOLDEN.resolve(combination.name().toLowerCase(Locale.ROOT) + ".yaml");
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(golden, manifests);
        }

        assertThat(Chart.parse(manifests)).isNotEmpty();
        assertThat(manifests).isEqualTo(Files.readString(golden));
    }

    @ParameterizedTest
    @EnumSource
    void pods_are_restricted(Case combination) throws IOException {
        for (PodSpec pod : pods(Chart.parse(Chart.render(combination.values)))) {
            assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
            assertThat(pod.getSecurityContext().getSeccompProfile().getType())
                    .isEqualTo("RuntimeDefault");
            assertThat(pod.getAutomountServiceAccountToken()).isFalse();
            assertThat(pod.getEnableServiceLinks()).isFalse();
            for (Container container : pod.getContainers()) {
                var security = container.getSecurityContext();
                assertThat(security.getAllowPrivilegeEscalation()).isFalse();
                assertThat(security.getReadOnlyRootFilesystem()).isTrue();
                assertThat(security.getCapabilities().getDrop()).containsExactly("ALL");
                assertThat(container.getResources().getLimits()).containsKey("memory");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_grace_period_is_longer_than_the_drain(Case combination) throws IOException {
        List<HasMetadata> objects = Chart.parse(Chart.render(combination.values));
        PodSpec pod = Chart.only(objects, Deployment.class).getSpec().getTemplate().getSpec();
        String deadline = config(objects).at("/drain/deadline").asText();
        var lifecycle = pod.getContainers().getFirst().getLifecycle();
        long preStop = lifecycle == null ? 0 : lifecycle.getPreStop().getSleep().getSeconds();

        assertThat(pod.getTerminationGracePeriodSeconds())
                .isGreaterThanOrEqualTo(preStop + Long.parseLong(deadline.replace("s", "")) + 10);
    }

    @Test
    void values_of_the_configuration_count_more_than_the_charts_own() throws IOException {
        JsonNode config = config(Chart.parse(Chart.render(Case.EVERYTHING.values)));

        assertThat(config.at("/tls/engine").asText()).isEqualTo("jdk");
        assertThat(config.at("/tls/certificates/0").asText()).isEqualTo("/etc/culvert/tls/tls.crt");
        assertThat(config.at("/tunnels/maxTunnelWindow").asText()).isEqualTo("16777216");
        assertThat(config.at("/access/tokens").asText())
                .isEqualTo("/etc/culvert/access/tokens.yaml");
        assertThat(config.at("/proxyProtocol/trusted/0").asText()).isEqualTo("10.0.0.0/8");
    }

    @Test
    void without_an_admin_port_probes_ask_the_agents_port() throws IOException {
        List<HasMetadata> objects = Chart.parse(Chart.render(EXISTING));
        Container relay = relay(objects);

        assertThat(config(objects).has("admin")).isFalse();
        assertThat(relay.getPorts()).extracting("name").containsExactly("postgres", "https");
        assertThat(relay.getStartupProbe().getHttpGet())
                .returns("/readyz", HTTPGetAction::getPath)
                .returns("HTTPS", HTTPGetAction::getScheme);
        assertThat(relay.getLivenessProbe().getTcpSocket().getPort().getStrVal())
                .isEqualTo("https");
        assertThat(relay.getReadinessProbe().getHttpGet().getPort().getStrVal()).isEqualTo("https");
    }

    @Test
    void the_admin_port_is_for_probes_and_for_whom_the_network_policy_lets_in() throws IOException {
        List<HasMetadata> objects = Chart.parse(Chart.render(Case.EVERYTHING.values));
        Container relay = relay(objects);

        assertThat(config(objects).at("/admin/bind").asText()).isEqualTo("0.0.0.0");
        assertThat(config(objects).at("/admin/port").asInt()).isEqualTo(9464);
        assertThat(
                        Stream.of(
                                        relay.getStartupProbe(),
                                        relay.getLivenessProbe(),
                                        relay.getReadinessProbe())
                                .map(Probe::getHttpGet))
                .allSatisfy(probe -> assertThat(probe.getPort().getStrVal()).isEqualTo("admin"))
                .extracting(HTTPGetAction::getPath)
                .containsExactly("/startupz", "/livez", "/readyz");
        assertThat(service(objects, "admin").getSpec())
                .returns("None", ServiceSpec::getClusterIP)
                .returns(null, ServiceSpec::getType);
        assertThat(
                        Chart.only(objects, NetworkPolicy.class).getSpec().getIngress().stream()
                                .filter(rule -> rule.getFrom().isEmpty())
                                .flatMap(rule -> rule.getPorts().stream())
                                .map(port -> port.getPort().getStrVal()))
                .as("what everybody reaches")
                .containsExactly("postgres", "https");
    }

    @Test
    void the_admin_token_comes_from_a_secret_to_the_relay_and_to_prometheus() throws IOException {
        List<HasMetadata> objects = Chart.parse(Chart.render(Case.EVERYTHING.values));

        assertThat(relay(objects).getEnv())
                .filteredOn(variable -> variable.getName().equals("CULVERT_ADMIN_TOKEN"))
                .singleElement()
                .extracting(variable -> variable.getValueFrom().getSecretKeyRef())
                .returns("relay-admin", SecretKeySelector::getName)
                .returns("token", SecretKeySelector::getKey);
        Endpoint endpoint =
                Chart.only(objects, ServiceMonitor.class).getSpec().getEndpoints().getFirst();
        assertThat(endpoint.getPath()).isEqualTo("/metrics");
        assertThat(endpoint.getAuthorization().getCredentials())
                .returns("relay-admin", SecretKeySelector::getName)
                .returns("token", SecretKeySelector::getKey);
    }

    /** A misspelt metric is an alert that never comes. */
    @Test
    void alerts_autoscaling_and_dashboards_know_the_relays_metrics_and_no_others()
            throws IOException {
        String documented =
                Files.readString(Chart.FOLDER.resolve("../../../docs/observability.md"));
        Set<String> series = new TreeSet<>();
        Matcher row =
                Pattern.compile("(?m)^\\| `(culvert_\\w+)(?:\\{\\w+})?` \\| (\\w+)")
                        .matcher(documented);
        while (row.find()) {
            if (row.group(2).equals("histogram")) {
                series.add(row.group(1) + "_bucket");
            } else {
                series.add(row.group(1));
            }
        }
        Set<String> shown = new TreeSet<>();
        try (Stream<Path> dashboards = Files.list(Chart.FOLDER.resolve("dashboards"))) {
            for (Path dashboard : dashboards.toList()) {
                shown.addAll(metrics(Files.readString(dashboard)));
            }
        }

        assertThat(series).hasSizeGreaterThan(10);
        assertThat(metrics(Chart.render(Case.EVERYTHING.values))).isSubsetOf(series);
        assertThat(shown).as("what the dashboards show").isEqualTo(series);
    }

    private static Set<String> metrics(String text) {
        return Pattern.compile("\\bculvert_\\w+")
                .matcher(text)
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void cert_manager_is_asked_for_every_domain_and_what_is_under_it() throws IOException {
        Certificate certificate =
                Chart.only(Chart.parse(Chart.render(Case.CERT_MANAGER.values)), Certificate.class);

        assertThat(certificate.getSpec().getDnsNames())
                .containsExactly("relay.example", "*.relay.example", "db.example", "*.db.example");
        assertThat(certificate.getSpec().getSecretName()).isEqualTo("relay-culvert-tls");
    }

    @ParameterizedTest
    @CsvSource({
        "aws, service.beta.kubernetes.io/aws-load-balancer-proxy-protocol, *",
        "digitalocean, service.beta.kubernetes.io/do-loadbalancer-enable-proxy-protocol, true",
        "hetzner, load-balancer.hetzner.cloud/uses-proxyprotocol, true",
        "linode, service.beta.kubernetes.io/linode-loadbalancer-default-proxy-protocol, v2",
        "openstack, loadbalancer.openstack.org/proxy-protocol, v2",
        "scaleway, service.beta.kubernetes.io/scw-loadbalancer-proxy-protocol-v2, true",
    })
    void load_balancers_are_told_to_speak_the_proxy_protocol_to_postgres_only(
            String provider, String annotation, String value) throws IOException {
        List<HasMetadata> objects =
                Chart.parse(
                        Chart.render(
                                EXISTING
                                        + "postgres: {proxyProtocol: {enabled: true, provider: "
                                        + provider
                                        + ", trusted: [10.0.0.0/8]}}\n"));

        assertThat(service(objects, "postgres").getMetadata().getAnnotations())
                .containsEntry(annotation, value);
        assertThat(service(objects, "https").getMetadata().getAnnotations()).isNullOrEmpty();
    }

    @ParameterizedTest
    @MethodSource("impossible")
    void values_that_cannot_work_are_refused_and_say_why(String values, String why) {
        assertThatThrownBy(() -> Chart.render(values)).hasMessageContaining(why);
    }

    static Stream<Arguments> impossible() {
        return Stream.of(
                        List.of("", "needs a certificate"),
                        List.of("tls: {certificate: a}\n", "belong together"),
                        List.of("tls: {certificate: a, key: b, secretName: c}\n", "one of them"),
                        List.of("tls: {certManager: {enabled: true}}\n", "issuerRef.name"),
                        List.of(EXISTING + "replicaCount: 2\n", "independentRelays"),
                        List.of(
                                EXISTING + "postgres: {proxyProtocol: {enabled: true}}\n",
                                "proxyProtocol.trusted"),
                        List.of(
                                EXISTING + "monitoring: {serviceMonitor: {enabled: true}}\n",
                                "admin.enabled"),
                        List.of(
                                EXISTING + "podDisruptionBudget: {minAvailable: 1}\n",
                                "one of minAvailable and maxUnavailable"),
                        List.of(EXISTING + "drain: {deadlineSeconds: 20}\n", "must be longer"))
                .map(pair -> Arguments.of(pair.toArray()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "relicaCount: 2",
                "image: {pullPolicy: Sometimes}",
                "postgres: {service: {port: 70000}}",
                "config: {domains: []}",
                "config: {domains: ['*.relay.example']}",
                "config: {domains: [relay.example], drain: {deadline: 1h}}",
                "config: {domains: [relay.example], https: {port: 443}}",
                "config: {domains: [relay.example], admin: {token: 0123456789abcdef}}",
                "config: {domains: [relay.example], audit: {file: /tmp/audit}}",
                "audit: {sizeLimit: much}",
                "drain: {delaySeconds: 10s}",
            })
    void the_schema_refuses_what_is_no_value(String values) {
        assertThatThrownBy(() -> Chart.render(EXISTING + values + "\n"))
                .hasMessageContaining("values don't meet the specifications of the schema");
    }

    @Test
    void dashboards_ask_for_one_data_source_and_have_queries() throws IOException {
        ConfigMap dashboards =
                Chart.parse(Chart.render(Case.EVERYTHING.values)).stream()
                        .filter(object -> object.getMetadata().getName().endsWith("-dashboards"))
                        .map(ConfigMap.class::cast)
                        .findFirst()
                        .orElseThrow();

        assertThat(dashboards.getMetadata().getLabels()).containsEntry("grafana_dashboard", "1");
        assertThat(dashboards.getData()).isNotEmpty();
        for (String text : dashboards.getData().values()) {
            JsonNode dashboard = new ObjectMapper().readTree(text);
            assertThat(dashboard.at("/panels").size()).isPositive();
            for (JsonNode panel : dashboard.at("/panels")) {
                assertThat(panel.at("/datasource/uid").asText()).isEqualTo("${datasource}");
                assertThat(panel.at("/targets/0/expr").asText()).isNotBlank();
            }
        }
    }

    private static List<PodSpec> pods(List<HasMetadata> objects) {
        return objects.stream()
                .flatMap(object ->
                        switch (object) {
                            case Deployment deployment ->
                                    Stream.of(deployment.getSpec().getTemplate().getSpec());
                            case Pod pod -> Stream.of(pod.getSpec());
                            default -> Stream.empty();
                        })
                .toList();
    }

    private static Container relay(List<HasMetadata> objects) {
        return Chart.pod(objects).getContainers().getFirst();
    }

    private static Service service(List<HasMetadata> objects, String port) {
        return objects.stream()
                .filter(Service.class::isInstance)
                .map(Service.class::cast)
                .filter(service -> service.getMetadata().getName().endsWith("-" + port))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode config(List<HasMetadata> objects) throws IOException {
        return Chart.yaml(Chart.config(objects));
    }
}
