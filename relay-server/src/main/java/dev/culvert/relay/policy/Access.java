package dev.culvert.relay.policy;

import dev.culvert.tunnel.frame.CloseCode;
import java.net.URI;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may open a tunnel. The settings may be replaced while it is asked; tunnels that are
 * open stay. Thread-safe.
 */
public final class Access {
    /** Most JWTs that are checked at a time: a check may wait for keys. */
    private static final int MAX_CHECKS = 256;

    private record Rules(
            AccessSettings settings,
            Map<String, Grant> tokens,
            @Nullable JwtAccess jwt,
            Reserved reserved) {
        static Rules of(AccessSettings settings) {
            Map<String, Grant> tokens = new HashMap<>();
            settings.tokens().forEach(entry -> tokens.put(entry.sha256(), entry.grant()));
            return new Rules(
                    settings,
                    tokens,
                    settings.jwt().map(JwtAccess::new).orElse(null),
                    new Reserved(settings));
        }
    }

    private final Semaphore checks = new Semaphore(MAX_CHECKS);
    private volatile Rules rules;

    /** With these settings. */
    public Access(AccessSettings settings) {
        rules = Rules.of(settings);
    }

    /** Takes other settings, for agents that come from now on. */
    public void replace(AccessSettings settings) {
        // fetched keys are kept where nothing else was said about them
        JwtAccess known = rules.settings().jwt().equals(settings.jwt()) ? rules.jwt() : null;
        Rules made = Rules.of(settings);
        rules = known == null ? made : new Rules(settings, made.tokens(), known, made.reserved());
    }

    /**
     * Judges a token. Does not block; completes at once unless the token is a JWT.
     *
     * @param token what the agent showed, or null for nothing
     * @return never fails
     */
    public CompletableFuture<Verdict> judge(@Nullable String token) {
        Rules present = rules;
        if (present.settings().open()) {
            return CompletableFuture.completedFuture(new Verdict.Granted(Grant.ANONYMOUS));
        }
        if (token == null || token.isEmpty()) {
            return CompletableFuture.completedFuture(
                    Verdict.unauthorized("this relay wants a token"));
        }
        Grant known = present.tokens().get(TokenEntry.hash(token));
        if (known != null) {
            return CompletableFuture.completedFuture(new Verdict.Granted(known));
        }
        JwtAccess jwt = present.jwt();
        if (jwt == null || !looksLikeJwt(token)) {
            return CompletableFuture.completedFuture(
                    Verdict.unauthorized("the token is not known here"));
        }
        return check(jwt, token);
    }

    private CompletableFuture<Verdict> check(JwtAccess jwt, String token) {
        CompletableFuture<Verdict> verdict = new CompletableFuture<>();
        if (!checks.tryAcquire()) {
            verdict.complete(
                    new Verdict.Refused(CloseCode.LIMIT, "too many tokens are being checked"));
            return verdict;
        }
        Thread.ofVirtual()
                .name("token")
                .start(() -> {
                    Verdict made =
                            new Verdict.Refused(
                                    CloseCode.INTERNAL, "the relay could not check the token");
                    try {
                        made = jwt.judge(token);
                    } finally {
                        checks.release();
                        verdict.complete(made);
                    }
                });
        return verdict;
    }

    private static boolean looksLikeJwt(String token) {
        return token.chars().filter(c -> c == '.').count() == 2;
    }

    /**
     * Decides about the name and the mode that an agent asks for.
     *
     * @param name null for any
     * @return the refusal, or empty
     */
    public Optional<Verdict.Refused> refuses(Grant grant, @Nullable String name, String mode) {
        if (!grant.permitsMode(mode)) {
            return Optional.of(
                    new Verdict.Refused(
                            CloseCode.HELLO_REFUSED,
                            "the token does not permit the sharing mode " + mode));
        }
        if (name == null) {
            return grant.permitsName("")
                    ? Optional.empty()
                    : refused("ask for a name: the token permits only some");
        }
        if (!grant.permitsName(name)) {
            return refused("the token does not permit the name " + name);
        }
        return rules.reserved().permits(name, grant.subject())
                ? Optional.empty()
                : Optional.of(
                        new Verdict.Refused(CloseCode.NAME_TAKEN, "the name is reserved: " + name));
    }

    private static Optional<Verdict.Refused> refused(String message) {
        return Optional.of(new Verdict.Refused(CloseCode.UNAUTHORIZED, message));
    }

    /** Whether a name that the relay makes up may be given to anybody. */
    public boolean isFree(String name) {
        return rules.reserved().permits(name, "");
    }

    /** Most tunnels at a time. */
    public int tunnels() {
        return rules.settings().tunnels();
    }

    /** Most tunnels of whoever has the grant. */
    public int tunnelsOf(Grant grant) {
        return grant.tunnels().orElse(rules.settings().tunnelsPerSubject());
    }

    /**
     * Whether a browser's page of that origin may open tunnels.
     *
     * @param origin the header {@code Origin}, or null: no browser
     */
    public boolean admitsOrigin(@Nullable String origin) {
        return origin == null
                || rules.settings().origins().stream()
                        .anyMatch(pattern -> matches(pattern, origin.toLowerCase(Locale.ROOT)));
    }

    private static boolean matches(String pattern, String origin) {
        if (pattern.equals("*") || pattern.equals(origin)) {
            return true;
        }
        int star = pattern.indexOf("://*.");
        if (star < 0) {
            return false;
        }
        try {
            URI uri = URI.create(origin);
            URI wanted =
                    URI.create(pattern.substring(0, star) + "://" + pattern.substring(star + 5));
            String host = uri.getHost();
            return host != null
                    && wanted.getHost() != null
                    && wanted.getScheme().equals(uri.getScheme())
                    && wanted.getPort() == uri.getPort()
                    && host.endsWith("." + wanted.getHost());
        } catch (IllegalArgumentException e) {
            // "null", and what is no origin
            return false;
        }
    }
}
