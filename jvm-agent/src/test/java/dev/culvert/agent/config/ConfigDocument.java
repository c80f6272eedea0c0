package dev.culvert.agent.config;

import java.util.ArrayList;
import java.util.List;

/** {@code docs/configuration.md}, from the catalogue. */
final class ConfigDocument {
    private static final String HEAD =
            """
            # Configuration

            What `culvert relay` can be told. Written from the code by a test; see `Catalogue`.

            Every setting has a key in a YAML file (`--config FILE`, or the environment variable
            `CULVERT_CONFIG`), an environment variable and a flag. The flag counts most, then the
            environment variable, the file, and the default.

            ```yaml
            domains: [relay.example]
            bind: 0.0.0.0
            tls:
              certificates: [/certs/tls.crt]
              keys: [/certs/tls.key]
            tunnels:
              lifetime: 8h
              resume:
                grace: 1m
            ```

            - Times are numbers of seconds, or have a unit: `250ms`, `30s`, `5m`, `1h`, `2d`.
            - Lists are YAML lists in the file; in a variable and after a flag, their values are
              separated by commas.
            - A key that is none, a value of the wrong type, and values that do not go together keep
              the relay from starting. All that is wrong is said at once, with file, line and key.
            - `culvert relay --check-config` says whether the configuration makes sense, and loads
              the certificates; `--print-config` prints every value with where it is from, secrets
              masked. Both start nothing. Exit code 2 is a configuration that makes no sense.
            - A running relay looks at its file, and at those that it names, every ten seconds, and at
              once on SIGHUP. It takes over the settings that are marked *live*, and names the
              others that have changed in a line of its log: they take effect at the next start. A
              file that makes no sense changes nothing.
            - Kubernetes sets variables such as `CULVERT_POSTGRES_PORT=tcp://10.0.0.1:5432` for
              Services of that name. Such values are left out; `enableServiceLinks: false` keeps
              them away.
            """;

    private ConfigDocument() {}

    static String text() {
        StringBuilder text = new StringBuilder(HEAD);
        for (Section section : Catalogue.sections()) {
            text.append("\n## ")
                    .append(section.name().isEmpty() ? "At the top" : "`" + section.name() + "`")
                    .append("\n\n")
                    .append(section.doc())
                    .append("\n\n| key, flag, variable | value | default | |\n|---|---|---|---|\n");
            section.settings().forEach(setting -> text.append(row(setting)));
        }
        return text.toString();
    }

    private static String row(Setting<?> setting) {
        List<String> cells = new ArrayList<>();
        cells.add(
                "`"
                        + setting.key()
                        + "`<br>`"
                        + setting.flag()
                        + "`<br>`"
                        + setting.variable()
                        + "`");
        cells.add(
                setting.type().label().replace("|", "\\|")
                        + (setting.type().isList() ? ", a list" : ""));
        cells.add(setting.defaultText().isEmpty() ? "none" : setting.defaultText());
        cells.add(
                setting.doc()
                        + (setting.secret() ? " A secret." : "")
                        + (setting.live() ? " *Live.*" : ""));
        return "| " + String.join(" | ", cells) + " |\n";
    }
}
