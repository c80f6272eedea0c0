package dev.culvert.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** pg_dump of a PGlite in Node, and what pg_restore and psql make of it in the JVM: the same. */
class DumpIT {
    /** Makes the dumps of the same contents the same text. */
    private static final String RESTRICT_KEY = "--restrict-key=same";

    private static final String CHECKSUMS =
            """
            SELECT format('SELECT %L, count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM %s t',
                c.oid::regclass::text, c.oid::regclass)
              FROM pg_class c WHERE relnamespace = 'shop'::regnamespace AND relkind IN ('r', 'm')
              ORDER BY c.oid::regclass::text COLLATE "C"
            \\gexec
            SELECT loid, pageno, md5(data) FROM pg_largeobject ORDER BY 1, 2;
            """;

    @TempDir private static Path directory;
    private static PostgresClients clients;
    private static SharedDatabase origin;
    private static SharedDatabase copy;
    private static Path checksums;

    @BeforeAll
    static void fill() throws Exception {
        clients = PostgresClients.get();
        origin = SharedDatabase.start(Agent.Kind.NODE);
        copy = SharedDatabase.start(Agent.Kind.JVM);
        checksums = Files.writeString(directory.resolve("checksums.sql"), CHECKSUMS);
        Path contents = Path.of(DumpIT.class.getResource("/dump-contents.sql").toURI());
        assertThat(origin.psql().runFile(contents).err()).isEmpty();
    }

    @AfterAll
    static void stop() {
        origin.close();
        copy.close();
    }

    @Test
    void psql_loads_a_plain_dump() throws Exception {
        Path dump = dump(origin, "plain.sql", "--format=plain");

        Psql.Result loaded =
                copy.psql()
                        .client(
                                clients.program("psql"),
                                "-X",
                                "-q",
                                "-v",
                                "ON_ERROR_STOP=1",
                                "-f",
                                dump.toString());

        assertThat(loaded.err()).isEmpty();
        assertCopied();
    }

    @Test
    void pg_restore_loads_a_custom_dump() throws Exception {
        restore(dump(origin, "custom.dump", "--format=custom"));
        assertCopied();
    }

    @Test
    void pg_restore_loads_a_directory_in_one_transaction() throws Exception {
        restore(dump(origin, "dump.d", "--format=directory", "-j1"), "--single-transaction");
        assertCopied();
    }

    @Test
    void pg_restore_loads_inserts_in_the_place_of_copy() throws Exception {
        restore(
                dump(origin, "inserts.dump", "--format=custom", "--rows-per-insert=500"),
                "--clean",
                "--if-exists");
        assertCopied();
    }

    private static void restore(Path dump, String... options) {
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.addAll(List.of("--exit-on-error", "-j1", dump.toString()));
        Psql.Result restored =
                copy.psql().client(clients.program("pg_restore"), arguments.toArray(String[]::new));
        assertThat(restored.err()).isEmpty();
        assertThat(restored.exitCode()).isZero();
    }

    /** Compares, and empties the copy for the next test. */
    private static void assertCopied() throws Exception {
        Psql.Result checked = origin.psql().runFile(checksums);
        assertThat(checked.err()).isEmpty();
        String expected = checked.out();
        assertThat(expected.lines()).hasSizeGreaterThan(9).anyMatch(line -> line.contains("20000"));
        assertThat(copy.psql().runFile(checksums).out()).isEqualTo(expected);
        assertThat(Files.readString(dump(copy, "copy.sql", "--format=plain")))
                .isEqualTo(Files.readString(dump(origin, "origin.sql", "--format=plain")));
        Psql.Result emptied =
                copy.psql()
                        .run(
                                "SET client_min_messages = error",
                                "DROP SCHEMA shop CASCADE",
                                "SELECT lo_unlink(4711)");
        assertThat(emptied.err()).isEmpty();
    }

    private static Path dump(SharedDatabase database, String name, String... options) {
        Path file = directory.resolve(name);
        List<String> arguments = new ArrayList<>(List.of(options));
        if (arguments.contains("--format=plain")) {
            arguments.add(RESTRICT_KEY);
        }
        arguments.addAll(List.of("--large-objects", "-f", file.toString()));
        Psql.Result dumped =
                database.psql()
                        .client(clients.program("pg_dump"), arguments.toArray(String[]::new));
        assertThat(dumped.err()).isEmpty();
        assertThat(dumped.exitCode()).isZero();
        return file;
    }
}
