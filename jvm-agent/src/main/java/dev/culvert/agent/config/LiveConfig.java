package dev.culvert.agent.config;

import dev.culvert.relay.config.LiveSettings;
import java.util.List;
import java.util.Map;

/**
 * The part of a configuration that a running relay takes over.
 *
 * @param drainMessage what agents are told when the relay is drained
 * @param log what is written to standard error
 */
public record LiveConfig(LiveSettings relay, String drainMessage, LogSettings log) {
    /**
     * Makes it of values; the files that they name are read.
     *
     * @param environment for secrets that settings name
     * @throws ConfigException when values do not go together; says where they come from
     */
    static LiveConfig of(Values values, Map<String, String> environment) {
        try {
            return new LiveConfig(
                    new LiveSettings(
                            AccessSection.read(values, environment),
                            TunnelSections.read(values),
                            LimitSections.connections(values),
                            DrainSection.read(values)),
                    values.get(DrainSection.MESSAGE),
                    LogSection.read(values));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(
                    List.of(RelayConfig.explain(String.valueOf(e.getMessage()), values)));
        }
    }
}
