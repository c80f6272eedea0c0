package dev.culvert.wire.md5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Md5VerifierTest {
    /** What `printf pencilanna | md5sum` says. */
    private static final String STORED = "md5984c3e9256f24b08e5b849d2265593b2";

    private static final byte[] SALT = {1, 2, 3, 4};

    /** What `printf '984c3e9256f24b08e5b849d2265593b2\1\2\3\4' | md5sum` says. */
    private static final String ANSWER = "md57df77f9b6d18232379434c001cb33f20";

    @Test
    void a_password_gives_what_postgres_stores() {
        assertThat(Md5Verifier.fromPassword("pencil", "anna").encode()).isEqualTo(STORED);
        assertThat(Md5Verifier.parse(STORED))
                .isEqualTo(Md5Verifier.fromPassword("pencil", "anna"))
                .hasSameHashCodeAs(Md5Verifier.fromPassword("pencil", "anna"));
    }

    @Test
    void the_right_password_of_the_right_user_is_accepted() {
        Md5Verifier verifier = Md5Verifier.parse(STORED);

        assertThat(verifier.accepts("anna", "pencil")).isTrue();
        assertThat(verifier.accepts("anna", "pen")).isFalse();
        assertThat(verifier.accepts("olga", "pencil")).isFalse();
    }

    @Test
    void an_answer_proves_the_password_for_its_salt_only() {
        Md5Verifier verifier = Md5Verifier.parse(STORED);

        assertThat(verifier.proves(SALT, ascii(ANSWER))).isTrue();
        assertThat(verifier.proves(new byte[] {1, 2, 3, 5}, ascii(ANSWER))).isFalse();
        assertThat(verifier.proves(SALT, ascii(STORED))).isFalse();
        assertThat(verifier.proves(SALT, ascii("pencil"))).isFalse();
        assertThat(verifier.proves(SALT, new byte[0])).isFalse();
        assertThat(Md5Verifier.mock(new byte[32]).proves(SALT, ascii(ANSWER))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "md5",
                "md5abc",
                "md50123456789ABCDEF0123456789ABCDEF",
                "MD50123456789abcdef0123456789abcdef",
                "md50123456789abcdef0123456789abcdef0"
            })
    void other_texts_are_refused_without_repeating_them(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Md5Verifier.parse(text))
                .withMessage("MD5 verifier: text must be md5 and 32 hexadecimal digits");
    }

    @Test
    void shows_nothing_of_itself() {
        assertThat(Md5Verifier.parse(STORED)).hasToString("Md5Verifier[redacted]");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
