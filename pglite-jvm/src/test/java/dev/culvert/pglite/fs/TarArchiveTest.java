package dev.culvert.pglite.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class TarArchiveTest {
    private static byte[] archive() throws IOException {
        MountTable files = new MountTable(new MemoryFileSystem());
        files.makeDirectories("/root/" + "long".repeat(20) + "/" + "name".repeat(20));
        files.writeFile("/root/PG_VERSION", "18\n".getBytes(StandardCharsets.UTF_8), 0640);
        files.writeFile(
                "/root/" + "long".repeat(20) + "/" + "name".repeat(20) + "/deep",
                new byte[1000],
                0600);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarArchive.write(files, "/root", out);
        return out.toByteArray();
    }

    @Test
    void what_is_written_is_read_gzipped_or_not() throws IOException {
        byte[] plain = archive();
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
            gzip.write(plain);
        }
        for (byte[] form : new byte[][] {plain, zipped.toByteArray()}) {
            DataTemplate template = DataTemplate.read(new ByteArrayInputStream(form));
            MemoryFileSystem system = template.instantiate();

            assertThat(template.isDatabase()).isTrue();
            assertThat(system.status("/PG_VERSION").mode() & 0777).isEqualTo(0640);
            assertThat(
                            system.status(
                                            "/"
                                                    + "long".repeat(20)
                                                    + "/"
                                                    + "name".repeat(20)
                                                    + "/deep")
                                    .size())
                    .isEqualTo(1000);
        }
    }

    @Test
    void a_damaged_archive_is_refused() throws IOException {
        byte[] damaged = archive();
        damaged[3] ^= 1;
        byte[] cut = java.util.Arrays.copyOf(archive(), 700);

        assertThatThrownBy(() -> DataTemplate.read(new ByteArrayInputStream(damaged)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("damaged");
        assertThatThrownBy(() -> DataTemplate.read(new ByteArrayInputStream(cut)))
                .isInstanceOf(IOException.class);
    }

    @Test
    void an_archive_that_leaves_its_directory_is_refused() throws IOException {
        MemoryFileSystem system = new MemoryFileSystem();
        system.addShared("/..", new byte[0], 0, 0, 0600);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarArchive.write(new MountTable(system), "", out);

        assertThatThrownBy(() -> DataTemplate.read(new ByteArrayInputStream(out.toByteArray())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("leaves its directory");
    }
}
