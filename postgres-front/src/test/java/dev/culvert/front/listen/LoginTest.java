package dev.culvert.front.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.culvert.front.backend.Credential;
import dev.culvert.front.backend.Proof;
import dev.culvert.front.limit.AttemptLimits;
import dev.culvert.front.limit.ConnectionLimits;
import dev.culvert.front.refuse.Reason;
import dev.culvert.front.testing.FakeBackend;
import dev.culvert.front.testing.FrontFixture;
import dev.culvert.front.testing.RawClient;
import dev.culvert.wire.error.ErrorResponse;
import dev.culvert.wire.md5.Md5Verifier;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

class LoginTest {
    private static final Instant PAST = Instant.EPOCH;
    private static final Instant FUTURE = Instant.parse("9999-01-01T00:00:00Z");

    private final FakeBackend backend =
            new FakeBackend()
                    .with("anna", "pencil", null)
                    .with("carl", "pencil", FUTURE)
                    .with("olga", "pencil", PAST)
                    .with("guest", new Credential(new Proof.None(), null))
                    .with("gone", new Credential(new Proof.None(), PAST));

    @Test
    void wrong_unknown_and_expired_look_the_same() {
        try (FrontFixture front = start(settings())) {
            for (String user : new String[] {"anna", "nobody", "olga", "gone"}) {
                ServerErrorMessage refusal =
                        refusal(front, user, user.equals("anna") ? "wrong" : "pencil");

                assertThat(refusal.getSQLState()).isEqualTo("28P01");
                assertThat(refusal.getMessage())
                        .isEqualTo("password authentication failed for user \"" + user + "\"");
                assertThat(refusal.getHint()).isEqualTo("Check the user name and the password.");
                assertThat(front.nextRefused().reason()).isEqualTo(Reason.WRONG_PASSWORD);
            }
        }
    }

    @Test
    void an_unknown_user_has_the_same_challenge_every_time_and_as_many_iterations_as_others()
            throws Exception {
        try (FrontFixture front = start(settings())) {
            String first = challenge(front, "nobody");

            assertThat(first).endsWith(",i=64");
            assertThat(challenge(front, "anna")).endsWith(",i=64");
            assertThat(saltOf(challenge(front, "nobody"))).isEqualTo(saltOf(first));
            assertThat(saltOf(challenge(front, "nemo"))).isNotEqualTo(saltOf(first));
        }
    }

    @Test
    void those_whose_time_has_not_come_get_in() throws Exception {
        try (FrontFixture front = start(settings())) {
            front.connect("anna", "pencil").close();
            front.connect("carl", "pencil").close();
        }
    }

    @Test
    void a_user_without_a_password_is_not_asked_for_one() throws Exception {
        try (FrontFixture front = start(settings());
                RawClient client = new RawClient(front.port())) {
            RawClient.Message first = client.send(RawClient.startup("guest")).read();

            assertThat(first.type()).isEqualTo('R');
            assertThat(first.body()).containsOnly(0);
            client.readUntil('Z');
            assertThat(front.nextSession().user()).isEqualTo("guest");
        }
    }

    @Test
    void an_address_that_the_owner_does_not_allow_is_refused_before_any_user() throws Exception {
        backend.allow("127.0.0.2");
        try (FrontFixture front = start(settings())) {
            for (String user : new String[] {"anna", "nobody", "guest"}) {
                ServerErrorMessage refusal = refusal(front, user, "pencil");

                assertThat(refusal.getSQLState()).isEqualTo("28000");
                assertThat(refusal.getMessage())
                        .isEqualTo("connections to \"abc123\" are not allowed from your address");
                assertThat(refusal.getHint()).contains("127.0.0.1").doesNotContain(user);
                assertThat(front.nextRefused().reason()).isEqualTo(Reason.ADDRESS_NOT_ALLOWED);
            }
            front.connect("anna", "pencil", "127.0.0.2").close();
        }
    }

    @Test
    void after_some_wrong_passwords_even_the_right_one_has_to_wait() throws Exception {
        try (FrontFixture front =
                start(
                        settings()
                                .withLimits(
                                        ConnectionLimits.DEFAULTS,
                                        noDelays().withCounts(2, 20, 100)))) {
            assertThat(refusal(front, "anna", "wrong").getSQLState()).isEqualTo("28P01");
            front.connect("anna", "pencil").close();
            assertThat(refusal(front, "nobody", "wrong").getSQLState()).isEqualTo("28P01");
            assertThat(refusal(front, "anna", "wrong").getSQLState()).isEqualTo("28P01");

            ServerErrorMessage refusal = refusal(front, "anna", "pencil");
            assertThat(refusal.getSQLState()).isEqualTo("53400");
            assertThat(refusal.getMessage()).isEqualTo("too many failed login attempts");
            assertThat(refusal.getHint()).matches("Wait (29|30) seconds, and check .*");
            assertThat(front.refused)
                    .last()
                    .satisfies(
                            last -> assertThat(last.reason()).isEqualTo(Reason.TOO_MANY_FAILURES));
            front.connect("anna", "pencil", "127.0.0.2").close();
        }
    }

    @Test
    void attempts_at_the_same_time_gain_nothing() throws Exception {
        try (FrontFixture front =
                        start(
                                settings()
                                        .withLimits(
                                                ConnectionLimits.DEFAULTS,
                                                noDelays().withCounts(1, 20, 100)));
                RawClient early = new RawClient(front.port())) {
            String serverFirst = challengeOf(early, "anna");
            assertThat(refusal(front, "anna", "wrong").getSQLState()).isEqualTo("28P01");

            String nonce = serverFirst.substring("r=".length(), serverFirst.indexOf(','));
            String last = "c=biws,r=" + nonce + ",p=" + "A".repeat(43) + "=";
            early.send(RawClient.message('p', last.getBytes(StandardCharsets.US_ASCII)));

            assertThat(early.read().error().sqlState()).isEqualTo("53400");
        }
    }

    @Test
    void the_answer_to_a_wrong_password_comes_late() {
        AttemptLimits limits =
                AttemptLimits.DEFAULTS.withDelays(Duration.ofMillis(300), Duration.ofSeconds(1));
        try (FrontFixture front = start(settings().withLimits(ConnectionLimits.DEFAULTS, limits))) {
            long start = System.nanoTime();

            assertThat(refusal(front, "anna", "wrong").getSQLState()).isEqualTo("28P01");

            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(300));
        }
    }

    @Test
    void passwords_in_clear_text_are_asked_for_in_tls_only() throws Exception {
        try (FrontFixture front = start(settings().withCleartextPassword(true));
                RawClient plain = new RawClient(front.port())) {
            try (Connection _ = front.connect("anna", "pencil")) {
                assertThat(front.nextSession().user()).isEqualTo("anna");
            }
            for (String user : new String[] {"anna", "nobody", "olga"}) {
                assertThat(
                                refusal(front, user, user.equals("anna") ? "wrong" : "pencil")
                                        .getSQLState())
                        .isEqualTo("28P01");
            }
            assertThat(plain.send(RawClient.startup("anna")).read().body()[3])
                    .as("AuthenticationSASL")
                    .isEqualTo((byte) 10);
        }
    }

    @Test
    void users_whose_password_is_an_md5_hash_are_asked_for_an_answer_of_that_kind()
            throws Exception {
        FakeBackend old =
                new FakeBackend().with("anna", md5("anna", null)).with("olga", md5("olga", PAST));
        try (FrontFixture front = FrontFixture.start(settings(), old)) {
            front.connect("anna", "pencil").close();
            for (String user : new String[] {"anna", "nobody", "olga"}) {
                ServerErrorMessage refusal =
                        refusal(front, user, user.equals("anna") ? "wrong" : "pencil");
                assertThat(refusal.getSQLState()).isEqualTo("28P01");
                assertThat(refusal.getMessage())
                        .isEqualTo("password authentication failed for user \"" + user + "\"");
            }
            // a client cannot tell them apart before that, either
            Set<String> salts = new HashSet<>();
            for (String user : new String[] {"anna", "nobody", "olga", "nobody"}) {
                byte[] question = question(front, user);
                assertThat(question).hasSize(8).startsWith(0, 0, 0, 5);
                salts.add(HexFormat.of().formatHex(question, 4, 8));
            }
            assertThat(salts).as("a salt for each attempt").hasSize(4);
        }
    }

    @Test
    void an_md5_hash_serves_where_passwords_are_asked_for_in_clear_text() throws Exception {
        FakeBackend old = new FakeBackend().with("anna", md5("anna", null));
        try (FrontFixture front = FrontFixture.start(settings().withCleartextPassword(true), old)) {
            front.connect("anna", "pencil").close();
            assertThat(refusal(front, "anna", "wrong").getSQLState()).isEqualTo("28P01");
        }
    }

    @Test
    void nobody_is_asked_for_md5_where_no_user_has_such_a_hash() throws Exception {
        try (FrontFixture front = start(settings())) {
            for (String user : new String[] {"anna", "nobody", "olga", "gone"}) {
                assertThat(question(front, user)[3]).as("AuthenticationSASL").isEqualTo((byte) 10);
            }
        }
    }

    private static Credential md5(String user, @Nullable Instant expires) {
        return new Credential(new Proof.Md5(Md5Verifier.fromPassword("pencil", user)), expires);
    }

    private static byte[] question(FrontFixture front, String user) throws Exception {
        try (RawClient client = new RawClient(front.port())) {
            return client.send(RawClient.startup(user)).read().body();
        }
    }

    @Test
    void a_session_ends_when_its_users_time_is_over() throws Exception {
        Instant soon = Instant.now().plusSeconds(3);
        FakeBackend shortly =
                new FakeBackend()
                        .with("guest", new Credential(new Proof.None(), soon))
                        .with("anna", "pencil", null);
        try (FrontFixture front = FrontFixture.start(settings(), shortly);
                RawClient guest = new RawClient(front.port());
                Connection anna = front.connect("anna", "pencil")) {
            guest.send(RawClient.startup("guest")).readUntil('Z');

            ErrorResponse error = guest.read().error();

            assertThat(Instant.now()).isAfterOrEqualTo(soon);
            assertThat(error.sqlState()).isEqualTo("57P01");
            assertThat(error.message()).isEqualTo("the access of user \"guest\" has expired");
            assertThat(guest.isClosedByServer()).isTrue();
            assertThat(anna.isValid(5)).as("others are not touched").isTrue();
        }
    }

    private FrontFixture start(FrontSettings settings) {
        return FrontFixture.start(settings, backend);
    }

    private static FrontSettings settings() {
        return FrontSettings.on("127.0.0.1", 0)
                .withTlsRequired(false)
                .withLimits(ConnectionLimits.DEFAULTS, noDelays());
    }

    private static AttemptLimits noDelays() {
        return AttemptLimits.DEFAULTS.withDelays(Duration.ZERO, Duration.ZERO);
    }

    private static String challenge(FrontFixture front, String user) throws Exception {
        try (RawClient client = new RawClient(front.port())) {
            return challengeOf(client, user);
        }
    }

    /** server-first-message. */
    private static String challengeOf(RawClient client, String user) throws Exception {
        client.send(RawClient.startup(user)).read();
        byte[] body = client.send(RawClient.saslInitial()).read().body();
        return new String(body, 4, body.length - 4, StandardCharsets.US_ASCII);
    }

    private static String saltOf(String serverFirst) {
        return serverFirst.split(",", -1)[1];
    }

    private static ServerErrorMessage refusal(FrontFixture front, String user, String password) {
        PSQLException failure =
                catchThrowableOfType(
                        PSQLException.class, () -> front.connect(user, password).close());
        ServerErrorMessage message = failure.getServerErrorMessage();
        assertThat(message).as(failure.toString()).isNotNull();
        return message;
    }
}
