package dev.culvert.front.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.front.listen.TlsFront.Result;
import dev.culvert.front.listen.TlsSettings.Engine;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What libpq 18 can do more than older ones: direct TLS, protocol 3.2. */
class Libpq18IT {
    private static final Result FINE = new Result(0, "SELECT 0\n");

    @TempDir private static Path directory;

    private static Libpq18 libpq;
    private static TlsFront front;

    @BeforeAll
    static void start() throws Exception {
        libpq = Libpq18.unpack(directory);
        front = new TlsFront(directory, Engine.BEST, false);
    }

    @AfterAll
    static void stop() {
        front.close();
    }

    @Test
    void direct_TLS() {
        assertThat(psql("sslnegotiation=direct")).isEqualTo(FINE);
    }

    @Test
    void protocol_3_2() {
        assertThat(psql("min_protocol_version=3.2 max_protocol_version=3.2")).isEqualTo(FINE);
        assertThat(psql("min_protocol_version=3.0 max_protocol_version=latest")).isEqualTo(FINE);
    }

    @Test
    void direct_TLS_with_channel_binding_and_protocol_3_2() {
        assertThat(
                        psql(
                                "sslnegotiation=direct channel_binding=require"
                                        + " require_auth=scram-sha-256 min_protocol_version=3.2"))
                .isEqualTo(FINE);
    }

    @Test
    void gssapi_is_declined_and_TLS_follows() {
        assertThat(psql("gssencmode=prefer")).isEqualTo(FINE);
    }

    private static Result psql(String parameters) {
        return TlsFront.run(
                libpq.psql(
                        "hostaddr=127.0.0.1 host=a.one.test user=anna dbname=x password=secret"
                                + " sslmode=verify-full connect_timeout=20 port="
                                + front.port()
                                + " sslrootcert="
                                + front.ca.caFile()
                                + " "
                                + parameters,
                        "SELECT 1"));
    }
}
