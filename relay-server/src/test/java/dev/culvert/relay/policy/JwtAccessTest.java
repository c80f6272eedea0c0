package dev.culvert.relay.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.culvert.tunnel.frame.CloseCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JWTs with keys of the test, whose public parts an HTTP server of the test gives out. */
class JwtAccessTest {
    private static final String SECRET = "a shared secret of thirty-two bytes at least";
    private static final String ISSUER = "https://issuer.example";
    private static final String AUDIENCE = "culvert";

    private static final RSAKey RSA = rsa("rsa-1");
    private static final ECKey EC = ec("ec-1");

    private final AtomicInteger fetches = new AtomicInteger();
    private volatile JWKSet published = new JWKSet(List.<JWK>of(RSA, EC));
    private volatile int status = 200;
    private HttpServer issuer;

    @BeforeEach
    void serveKeys() throws IOException {
        issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer.createContext(
                "/jwks",
                exchange -> {
                    fetches.incrementAndGet();
                    byte[] body = published.toString(true).getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(status, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        issuer.start();
    }

    @AfterEach
    void stop() {
        issuer.stop(0);
    }

    @Test
    void signatures_of_rsa_and_of_elliptic_curves_are_checked_with_fetched_keys() throws Exception {
        JwtAccess access = access();

        assertThat(access.judge(signed(JWSAlgorithm.RS256, RSA, claims()))).isEqualTo(granted());
        assertThat(access.judge(signed(JWSAlgorithm.PS384, RSA, claims()))).isEqualTo(granted());
        assertThat(access.judge(signed(JWSAlgorithm.ES256, EC, claims()))).isEqualTo(granted());
        assertThat(fetches).hasValue(1);
    }

    @Test
    void signatures_of_a_shared_secret_are_checked_with_it() throws Exception {
        JwtAccess access = new JwtAccess(withSecret());

        assertThat(access.judge(withSecret(SECRET, claims()))).isEqualTo(granted());
        assertRefused(
                access.judge(
                        withSecret("another secret, which is as long as it should be", claims())),
                "its signature is not good");
    }

    @Test
    void a_public_key_is_no_shared_secret() throws Exception {
        byte[] publicKey = RSA.toRSAPublicKey().getEncoded();
        SignedJWT forged =
                new SignedJWT(
                        new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(RSA.getKeyID()).build(),
                        claims().build());
        forged.sign(new MACSigner(publicKey));

        assertRefused(access().judge(forged.serialize()), "its signature is not good");
    }

    @Test
    void a_token_without_a_signature_is_refused() {
        assertThat(access().judge(new PlainJWT(claims().build()).serialize()))
                .isInstanceOf(Verdict.Refused.class);
    }

    @Test
    void a_key_that_was_added_is_fetched_and_one_that_was_removed_is_forgotten() throws Exception {
        JwtAccess access = access();
        RSAKey added = rsa("rsa-2");
        assertThat(access.judge(signed(JWSAlgorithm.RS256, RSA, claims()))).isEqualTo(granted());

        published = new JWKSet(List.<JWK>of(added));

        assertThat(access.judge(signed(JWSAlgorithm.RS256, added, claims()))).isEqualTo(granted());
        assertThat(fetches).hasValue(2);
        assertThat(access.judge(signed(JWSAlgorithm.RS256, RSA, claims())))
                .isInstanceOf(Verdict.Refused.class);
    }

    @Test
    void tokens_with_made_up_keys_do_not_have_keys_fetched_without_end() throws Exception {
        JwtAccess access = access();
        for (int i = 0; i < 50; i++) {
            RSAKey named = new RSAKey.Builder(RSA).keyID("made-up-" + i).build();
            assertThat(access.judge(signed(JWSAlgorithm.RS256, named, claims())))
                    .isInstanceOf(Verdict.Refused.class);
        }

        assertThat(fetches.get()).isLessThanOrEqualTo(4);
    }

    @Test
    void while_keys_cannot_be_fetched_the_relay_says_that_it_is_the_relay() throws Exception {
        status = 503;

        assertThat(access().judge(signed(JWSAlgorithm.RS256, RSA, claims())))
                .isEqualTo(
                        new Verdict.Refused(
                                CloseCode.INTERNAL, "the relay cannot check tokens at the moment"));
    }

    @Test
    void the_claims_are_checked() throws Exception {
        assertRefused(with(claims -> claims.issuer("https://evil.example")), "iss");
        assertRefused(with(claims -> claims.audience("other")), "aud");
        assertRefused(with(claims -> claims.audience((String) null)), "aud");
        assertRefused(with(claims -> claims.subject(null)), "sub");
        assertRefused(with(claims -> claims.expirationTime(null)), "exp");
        assertRefused(with(claims -> claims.expirationTime(in(Duration.ofMinutes(-3)))), "xpired");
        assertRefused(with(claims -> claims.notBeforeTime(in(Duration.ofMinutes(3)))), "before");
    }

    @Test
    void clocks_may_be_a_minute_apart() throws Exception {
        assertThat(with(claims -> claims.expirationTime(in(Duration.ofSeconds(-30)))))
                .isEqualTo(granted());
        assertThat(with(claims -> claims.notBeforeTime(in(Duration.ofSeconds(30)))))
                .isEqualTo(granted());
    }

    @Test
    void what_is_granted_stands_in_a_claim_of_its_own() throws Exception {
        Verdict verdict =
                with(claims ->
                        claims.claim(
                                "culvert",
                                Map.of(
                                        "names",
                                        List.of("demo", "ci-*"),
                                        "tunnels",
                                        3,
                                        "modes",
                                        List.of("queue"),
                                        "lifetime",
                                        7_200)));

        assertThat(verdict)
                .isEqualTo(
                        new Verdict.Granted(
                                new Grant(
                                        "alice",
                                        List.of(new NamePattern("demo"), new NamePattern("ci-*")),
                                        OptionalInt.of(3),
                                        Set.of("queue"),
                                        Optional.of(Duration.ofHours(2)))));
    }

    @Test
    void a_claim_that_makes_no_sense_grants_nothing() throws Exception {
        for (Map<String, Object> claim :
                List.<Map<String, Object>>of(
                        Map.of("names", "demo"),
                        Map.of("names", List.of()),
                        Map.of("names", List.of("NOT A NAME")),
                        Map.of("tunnels", "many"),
                        Map.of("tunnels", 0),
                        Map.of("tunnels", 5_000_000_000L),
                        Map.of("lifetime", -1))) {
            assertRefused(with(claims -> claims.claim("culvert", claim)), "claim culvert");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.b.c", "..", "e30.e30.e30", "eyJhbGciOiJub25lIn0.e30."})
    void what_is_no_jwt_is_refused(String token) {
        assertThat(access().judge(token)).isInstanceOf(Verdict.Refused.class);
    }

    @Test
    void settings_that_make_no_sense_are_refused() {
        assertThatThrownBy(() -> settings(Optional.empty(), Optional.empty()))
                .hasMessage("JWTs need either access.jwt.jwksUrl or access.jwt.secretEnv");
        assertThatThrownBy(() ->
                        settings(
                                Optional.of(URI.create("http://issuer.example/jwks")),
                                Optional.empty()))
                .hasMessageContaining("is no https: URL");
        assertThatThrownBy(() -> settings(Optional.empty(), Optional.of("short")))
                .hasMessage("the secret of access.jwt.secretEnv has less than 32 bytes");
    }

    private JwtAccess access() {
        return new JwtAccess(
                settings(
                        Optional.of(
                                URI.create(
                                        "http://127.0.0.1:"
                                                + issuer.getAddress().getPort()
                                                + "/jwks")),
                        Optional.empty()));
    }

    private static JwtSettings withSecret() {
        return settings(Optional.empty(), Optional.of(SECRET));
    }

    private static JwtSettings settings(Optional<URI> url, Optional<String> secret) {
        return new JwtSettings(
                url,
                secret,
                Optional.of(ISSUER),
                List.of(AUDIENCE),
                Duration.ofMinutes(1),
                Duration.ofMinutes(5));
    }

    private static Verdict granted() {
        return new Verdict.Granted(
                new Grant("alice", List.of(), OptionalInt.empty(), Set.of(), Optional.empty()));
    }

    /** The verdict on a token that differs from a good one. */
    private static Verdict with(Consumer<JWTClaimsSet.Builder> change) throws Exception {
        JWTClaimsSet.Builder claims = claims();
        change.accept(claims);
        return new JwtAccess(withSecret()).judge(withSecret(SECRET, claims));
    }

    private static void assertRefused(Verdict verdict, String because) {
        assertThat(verdict)
                .isInstanceOfSatisfying(
                        Verdict.Refused.class,
                        refused -> {
                            assertThat(refused.code()).isEqualTo(CloseCode.UNAUTHORIZED);
                            assertThat(refused.message()).contains(because);
                        });
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .subject("alice")
                .issuer(ISSUER)
                .audience(AUDIENCE)
                .expirationTime(in(Duration.ofMinutes(10)));
    }

    private static Date in(Duration time) {
        return Date.from(Instant.now().plus(time));
    }

    private static String withSecret(String secret, JWTClaimsSet.Builder claims) throws Exception {
        return serialized(JWSAlgorithm.HS256, null, claims, new MACSigner(secret));
    }

    private static String signed(JWSAlgorithm algorithm, JWK key, JWTClaimsSet.Builder claims)
            throws Exception {
        return serialized(
                algorithm,
                key.getKeyID(),
                claims,
                key instanceof RSAKey rsa ? new RSASSASigner(rsa) : new ECDSASigner((ECKey) key));
    }

    private static String serialized(
            JWSAlgorithm algorithm,
            @Nullable String keyId,
            JWTClaimsSet.Builder claims,
            JWSSigner signer)
            throws Exception {
        SignedJWT jwt =
                new SignedJWT(
                        new JWSHeader.Builder(algorithm)
                                .type(JOSEObjectType.JWT)
                                .keyID(keyId)
                                .build(),
                        claims.build());
        jwt.sign(signer);
        return jwt.serialize();
    }

    private static RSAKey rsa(String id) {
        try {
            return new RSAKeyGenerator(2_048).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ECKey ec(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
