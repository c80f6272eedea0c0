package dev.culvert.relay.policy;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who may open a tunnel.
 *
 * @param open whether anybody may
 * @param tokens tokens that the operator gave out
 * @param jwt which JWTs are accepted, if any are
 * @param reserved whose names are whose, beyond those that the tokens' entries say: subjects by
 *     name
 * @param origins what the {@code Origin} of a browser may be: {@code *} for any, or {@code
 *     https://app.example}, or {@code https://*.app.example}
 * @param tunnels most tunnels at a time
 * @param tunnelsPerSubject most of one subject, unless its token says otherwise
 */
public record AccessSettings(
        boolean open,
        List<TokenEntry> tokens,
        Optional<JwtSettings> jwt,
        Map<NamePattern, String> reserved,
        List<String> origins,
        int tunnels,
        int tunnelsPerSubject) {
    /** Anybody, from anywhere, 10000 tunnels. */
    public static final AccessSettings OPEN =
            new AccessSettings(
                    true, List.of(), Optional.empty(), Map.of(), List.of("*"), 10_000, 100);

    /** Checks the values. */
    public AccessSettings {
        tokens = List.copyOf(tokens);
        reserved = Map.copyOf(reserved);
        origins = List.copyOf(origins);
        if (tunnels < 1 || tunnelsPerSubject < 1) {
            throw new IllegalArgumentException(
                    "access.maxTunnels "
                            + tunnels
                            + " and access.tunnelsPerSubject "
                            + tunnelsPerSubject
                            + " must be 1 at least");
        }
    }

    /** The same with other limits. */
    public AccessSettings withLimits(int newTunnels, int newTunnelsPerSubject) {
        return new AccessSettings(
                open, tokens, jwt, reserved, origins, newTunnels, newTunnelsPerSubject);
    }
}
