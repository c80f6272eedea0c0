package dev.culvert.relay.policy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.ImmutableSecret;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.culvert.tunnel.frame.CloseCode;
import java.net.MalformedURLException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks JWTs (RFC 7519), and reads what they grant from the claim {@value #CLAIM}: an object with
 * {@code names}, {@code tunnels}, {@code modes} and {@code lifetime} in seconds, each optional.
 *
 * <p>Keys are fetched when they are first needed, kept, fetched anew before they are too old, and
 * when a token names a key that is not among them, at most twice a minute. While the issuer cannot
 * be reached the last keys stay good for a while. Blocks: not for event loops. Thread-safe.
 */
final class JwtAccess {
    /** The claim of what is granted. */
    static final String CLAIM = "culvert";

    private static final Logger LOG = LoggerFactory.getLogger(JwtAccess.class);
    private static final int FETCH_MILLIS = 3_000;
    private static final int MAX_JWKS_BYTES = 1_024 * 1_024;

    /** How long the last keys are good beyond their time while no others can be fetched. */
    private static final Duration OUTAGE = Duration.ofHours(4);

    private static final Set<JWSAlgorithm> PUBLIC_KEY =
            Set.of(
                    JWSAlgorithm.RS256,
                    JWSAlgorithm.RS384,
                    JWSAlgorithm.RS512,
                    JWSAlgorithm.PS256,
                    JWSAlgorithm.PS384,
                    JWSAlgorithm.PS512,
                    JWSAlgorithm.ES256,
                    JWSAlgorithm.ES384,
                    JWSAlgorithm.ES512);

    private static final Set<JWSAlgorithm> SHARED_SECRET =
            Set.of(JWSAlgorithm.HS256, JWSAlgorithm.HS384, JWSAlgorithm.HS512);

    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

    JwtAccess(JwtSettings settings) {
        processor.setJWSTypeVerifier(
                new DefaultJOSEObjectTypeVerifier<>(
                        JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
        // never both: a public key must not be taken for a shared secret
        processor.setJWSKeySelector(
                settings.secret().isPresent()
                        ? new JWSVerificationKeySelector<>(
                                SHARED_SECRET,
                                new ImmutableSecret<>(
                                        settings.secret().get().getBytes(StandardCharsets.UTF_8)))
                        : new JWSVerificationKeySelector<>(PUBLIC_KEY, keys(settings)));
        JWTClaimsSet.Builder exact = new JWTClaimsSet.Builder();
        settings.issuer().ifPresent(exact::issuer);
        DefaultJWTClaimsVerifier<SecurityContext> claims =
                new DefaultJWTClaimsVerifier<>(
                        settings.audience().isEmpty() ? null : new HashSet<>(settings.audience()),
                        exact.build(),
                        Set.of("sub", "exp"),
                        Set.of());
        claims.setMaxClockSkew(Math.toIntExact(settings.clockSkew().toSeconds()));
        processor.setJWTClaimsSetVerifier(claims);
    }

    private static JWKSource<SecurityContext> keys(JwtSettings settings) {
        URI url = settings.jwksUrl().orElseThrow();
        try {
            return JWKSourceBuilder.create(
                            url.toURL(),
                            new DefaultResourceRetriever(
                                    FETCH_MILLIS, FETCH_MILLIS, MAX_JWKS_BYTES))
                    .cache(settings.cacheFor().toMillis(), 2L * FETCH_MILLIS)
                    .retrying(true)
                    .outageTolerant(OUTAGE.toMillis())
                    .build();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException("access.jwt.jwksUrl " + url + " is no URL", e);
        }
    }

    Verdict judge(String token) {
        try {
            return new Verdict.Granted(grant(processor.process(token, null)));
        } catch (BadJWTException e) {
            // says which claim, and nothing of the token but the audience
            return Verdict.unauthorized("the token is not accepted: " + e.getMessage());
        } catch (RateLimitReachedException e) {
            // keys were fetched just now, and the token's was not among them
            return Verdict.unauthorized("the token is not accepted: its key is unknown");
        } catch (KeySourceException e) {
            LOG.atError().addKeyValue("reason", e.getMessage()).log("the JWKS cannot be fetched");
            return new Verdict.Refused(
                    CloseCode.INTERNAL, "the relay cannot check tokens at the moment");
        } catch (ParseException e) {
            return Verdict.unauthorized("the token is malformed");
        } catch (BadJOSEException | JOSEException e) {
            return Verdict.unauthorized("the token is not accepted: its signature is not good");
        } catch (IllegalArgumentException | ArithmeticException e) {
            return Verdict.unauthorized("the token's claim " + CLAIM + " is malformed");
        }
    }

    private static Grant grant(JWTClaimsSet claims) throws ParseException {
        String subject = claims.getSubject();
        if (subject.isEmpty() || subject.length() > 200) {
            throw new IllegalArgumentException("subject");
        }
        Map<String, Object> granted = claims.getJSONObjectClaim(CLAIM);
        if (granted == null) {
            return new Grant(subject, List.of(), OptionalInt.empty(), Set.of(), Optional.empty());
        }
        Number tunnels = number(granted.get("tunnels"));
        Number lifetime = number(granted.get("lifetime"));
        return new Grant(
                subject,
                texts(granted.get("names")).stream().map(NamePattern::new).toList(),
                tunnels == null
                        ? OptionalInt.empty()
                        : OptionalInt.of(Math.toIntExact(tunnels.longValue())),
                Set.copyOf(texts(granted.get("modes"))),
                Optional.ofNullable(lifetime).map(l -> Duration.ofSeconds(l.longValue())));
    }

    private static List<String> texts(@Nullable Object claim) {
        return switch (claim) {
            case null -> List.of();
            case List<?> list
                    when !list.isEmpty() && list.stream().allMatch(String.class::isInstance) ->
                    list.stream().map(String.class::cast).toList();
            // an empty list would permit everything, which its issuer cannot have meant
            default -> throw new IllegalArgumentException("no list of texts");
        };
    }

    private static @Nullable Number number(@Nullable Object claim) {
        return switch (claim) {
            case null -> null;
            case Long number -> number;
            case Integer number -> number;
            default -> throw new IllegalArgumentException("no number");
        };
    }
}
