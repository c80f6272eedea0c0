package dev.culvert.pglite.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MountTableTest {
    private final MemoryFileSystem inner = new MemoryFileSystem();
    private final MountTable files = new MountTable(new MemoryFileSystem());

    @Test
    void a_mounted_system_hides_what_is_below_its_point() {
        files.makeDirectories("/a/b");
        files.mount("/a/b", inner);
        files.writeFile("/a/b/f", "in".getBytes(StandardCharsets.UTF_8), 0600);

        assertThat(inner.list("/")).containsExactly("f");
        assertThat(files.locate("/a/bc").system()).isNotSameAs(inner);
        assertThat(files.status("/a/b", true).isDirectory()).isTrue();
    }

    @Test
    void links_are_followed_across_systems_at_any_place_of_a_path() {
        files.makeDirectories("/a");
        files.makeDirectories("/data");
        files.mount("/data", inner);
        files.writeFile("/a/f", "x".getBytes(StandardCharsets.UTF_8), 0600);
        inner.symlink("/a", "/link");
        inner.symlink("../a/f", "/file");

        assertThat(files.follow("/data/link/f", true)).isEqualTo("/a/f");
        assertThat(files.readFile("/data/file")).isEqualTo(new byte[] {'x'});
        assertThat(files.follow("/data/file", false)).isEqualTo("/data/file");
        assertThat(files.status("/data/link", false).isSymlink()).isTrue();
    }

    @Test
    void a_circle_of_links_is_an_error() {
        files.makeDirectories("/d");
        files.mount("/d", inner);
        inner.symlink("/d/b", "/a");
        inner.symlink("/d/a", "/b");

        assertThatThrownBy(() -> files.status("/d/a", true)).hasMessage("ELOOP");
    }

    @Test
    void paths_are_normalized() {
        assertThat(Paths.normalize("/", "a/./b//../c/")).isEqualTo("/a/c");
        assertThat(Paths.normalize("/x", "/y/..")).isEqualTo("/");
        assertThat(Paths.normalize("/x", "../../..")).isEqualTo("/");
        assertThat(Paths.normalize("/x", "y.z")).isEqualTo("/x/y.z");
    }
}
