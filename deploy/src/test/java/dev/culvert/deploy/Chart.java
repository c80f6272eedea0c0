package dev.culvert.deploy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import io.fabric8.certmanager.api.model.v1.Certificate;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/** The chart in the repository, as Helm renders it. */
final class Chart {
    static final Path FOLDER =
            Path.of(System.getProperty("maven.multiModuleProjectDirectory", ".."))
                    .resolve("deploy/helm/culvert")
                    .toAbsolutePath()
                    .normalize();

    /** Whatever a manifest may be, by apiVersion and kind. Others have no place in the chart. */
    private static final Map<String, Class<? extends HasMetadata>> KINDS =
            Map.ofEntries(
                    Map.entry("v1/ConfigMap", ConfigMap.class),
                    Map.entry("v1/Pod", Pod.class),
                    Map.entry("v1/Secret", Secret.class),
                    Map.entry("v1/Service", Service.class),
                    Map.entry("v1/ServiceAccount", ServiceAccount.class),
                    Map.entry("apps/v1/Deployment", Deployment.class),
                    Map.entry(
                            "autoscaling/v2/HorizontalPodAutoscaler",
                            HorizontalPodAutoscaler.class),
                    Map.entry("policy/v1/PodDisruptionBudget", PodDisruptionBudget.class),
                    Map.entry("networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class),
                    Map.entry("cert-manager.io/v1/Certificate", Certificate.class),
                    Map.entry("monitoring.coreos.com/v1/ServiceMonitor", ServiceMonitor.class),
                    Map.entry("monitoring.coreos.com/v1/PrometheusRule", PrometheusRule.class));

    private static final ObjectMapper YAML =
            new ObjectMapper(new YAMLFactory())
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                    .setAnnotationIntrospector(new NoPlaceForUnknownFields());

    /** fabric8's types would keep fields that they do not know. */
    private static final class NoPlaceForUnknownFields extends JacksonAnnotationIntrospector {
        private static final long serialVersionUID = 1;

        @Override
        public Boolean hasAnySetter(Annotated annotated) {
            return false;
        }
    }

    /** The oldest with all that the chart may ask for: the kubelet's sleep. */
    private static final String KUBERNETES = "1.30.0";

    private Chart() {}

    /**
     * Lints as `helm lint --strict` does.
     *
     * @param folder for a copy of the chart, which gets the values: the library's lint takes none
     * @param values in YAML, over the chart's
     */
    static LintResult lint(Path folder, String values) throws IOException {
        Path copy = folder.resolve("culvert");
        try (Stream<Path> files = Files.walk(FOLDER)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(FOLDER.relativize(file).toString()));
            }
        }
        Path defaults = copy.resolve("values.yaml");
        JsonNode merged = YAML.readTree(Files.readString(defaults));
        YAML.readerForUpdating(merged).readValue(values);
        Files.writeString(defaults, YAML.writeValueAsString(merged));
        return new Helm(copy).lint().strict().call();
    }

    /**
     * The manifests as one text, in the namespace `databases` as the release `relay`.
     *
     * @param values in YAML, over the chart's
     * @throws IllegalStateException what Helm says, when it refuses
     */
    static String render(String values) {
        return withValues(
                values,
                file ->
                        new Helm(FOLDER)
                                .template()
                                .withName("relay")
                                .withNamespace("databases")
                                .withKubeVersion(KUBERNETES)
                                .withValuesFile(file)
                                .call());
    }

    /** The manifests as Kubernetes' types; a field that a type does not have is an error. */
    static List<HasMetadata> parse(String manifests) throws IOException {
        List<HasMetadata> parsed = new ArrayList<>();
        try (MappingIterator<JsonNode> documents =
                YAML.readerFor(JsonNode.class).readValues(manifests)) {
            while (documents.hasNext()) {
                JsonNode document = documents.next();
                if (document.isEmpty()) {
                    continue;
                }
                String kind =
                        document.path("apiVersion").asText() + "/" + document.path("kind").asText();
                Class<? extends HasMetadata> type = KINDS.get(kind);
                if (type == null) {
                    throw new IOException("no type for " + kind);
                }
                parsed.add(YAML.treeToValue(document, type));
            }
        }
        return parsed;
    }

    /** The only manifest of a type. */
    static <T extends HasMetadata> T only(List<HasMetadata> objects, Class<T> type) {
        List<T> found = objects.stream().filter(type::isInstance).map(type::cast).toList();
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " of " + type.getSimpleName());
        }
        return found.getFirst();
    }

    /** What the relay reads. */
    static String config(List<HasMetadata> objects) {
        return objects.stream()
                .filter(ConfigMap.class::isInstance)
                .map(object -> ((ConfigMap) object).getData().get("culvert.yaml"))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();
    }

    /** The relay's. */
    static PodSpec pod(List<HasMetadata> objects) {
        return only(objects, Deployment.class).getSpec().getTemplate().getSpec();
    }

    static JsonNode yaml(String text) throws IOException {
        return YAML.readTree(text);
    }

    private static <T> T withValues(String values, Function<Path, T> action) {
        try {
            Path file = Files.createTempFile("culvert-values", ".yaml");
            try {
                Files.writeString(file, values);
                return action.apply(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
