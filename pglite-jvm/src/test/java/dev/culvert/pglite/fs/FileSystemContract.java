package dev.culvert.pglite.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What every file system does. */
abstract class FileSystemContract {
    abstract FileSystem system();

    private void write(String path, long position, String text) {
        OpenFile file = system().open(path, true, true, 0640);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        file.write(bytes, 0, bytes.length, position);
        file.close();
    }

    private String read(String path) {
        OpenFile file = system().open(path, false, false, 0);
        byte[] bytes = new byte[(int) file.size()];
        assertThat(file.read(bytes, 0, bytes.length, 0)).isEqualTo(bytes.length);
        file.close();
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static void fails(Errno errno, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }

    @Test
    void a_file_keeps_what_is_written_where_it_is_written() {
        write("/f", 0, "hello");
        write("/f", 3, "p!");

        assertThat(read("/f")).isEqualTo("help!");
        assertThat(system().status("/f").mode()).isEqualTo(FileStatus.REGULAR | 0640);
        assertThat(system().status("/f").size()).isEqualTo(5);
    }

    @Test
    void a_hole_is_zeros_and_so_is_what_a_cut_file_grows_by() {
        write("/f", 200_000, "end");
        OpenFile file = system().open("/f", true, false, 0);
        byte[] bytes = new byte[4];

        assertThat(file.read(bytes, 0, 4, 199_999)).isEqualTo(4);
        assertThat(bytes).isEqualTo(new byte[] {0, 'e', 'n', 'd'});
        file.truncate(200_001);
        file.truncate(200_003);
        assertThat(file.read(bytes, 0, 4, 200_000)).isEqualTo(3);
        assertThat(bytes).startsWith('e', 0, 0);
        assertThat(file.read(bytes, 0, 4, 300_000)).isZero();
        file.close();
    }

    @Test
    void a_missing_file_is_only_made_when_asked_for() {
        fails(Errno.ENOENT, () -> system().open("/none", true, false, 0));
        fails(Errno.ENOENT, () -> system().open("/none/f", true, true, 0600));
        fails(Errno.ENOENT, () -> system().status("/none"));
        fails(Errno.ENOENT, () -> system().unlink("/none"));
    }

    @Test
    void directories_are_listed_and_only_removed_when_empty() {
        system().makeDirectory("/d", 0700);
        write("/d/f", 0, "x");
        system().makeDirectory("/d/e", 0700);

        assertThat(system().list("/d")).containsExactlyInAnyOrder("f", "e");
        assertThat(system().status("/d").isDirectory()).isTrue();
        fails(Errno.EEXIST, () -> system().makeDirectory("/d", 0700));
        fails(Errno.ENOTEMPTY, () -> system().removeDirectory("/d"));
        fails(Errno.ENOTDIR, () -> system().removeDirectory("/d/f"));
        fails(Errno.EISDIR, () -> system().unlink("/d/e"));
        system().removeDirectory("/d/e");
        system().unlink("/d/f");
        system().removeDirectory("/d");
        assertThat(system().list("/")).isEmpty();
    }

    @Test
    void a_renamed_file_replaces_the_one_that_was_there() {
        write("/a", 0, "new");
        write("/b", 0, "old");

        system().rename("/a", "/b");

        assertThat(read("/b")).isEqualTo("new");
        fails(Errno.ENOENT, () -> system().status("/a"));
    }

    @Test
    void a_deleted_file_can_be_read_as_long_as_it_is_open() {
        write("/f", 0, "still");
        OpenFile file = system().open("/f", false, false, 0);
        system().unlink("/f");

        assertThat(file.size()).isEqualTo(5);
        assertThat(file.status().size()).isEqualTo(5);
        file.close();
    }

    @Test
    void links_lead_to_files() {
        write("/f", 0, "one");
        system().link("/f", "/g");
        write("/g", 0, "two");
        system().symlink("/f", "/s");

        assertThat(read("/f")).isEqualTo("two");
        assertThat(system().status("/f").links()).isEqualTo(2);
        assertThat(system().status("/s").isSymlink()).isTrue();
        assertThat(system().readLink("/s")).isEqualTo("/f");
        fails(Errno.EINVAL, () -> system().readLink("/f"));
    }

    @Test
    void permissions_and_times_are_kept() {
        write("/f", 0, "x");
        system().setMode("/f", 0400);
        system().setModified("/f", 1_700_000_000_000L);

        assertThat(system().status("/f").mode() & 0777).isEqualTo(0400);
        assertThat(system().status("/f").modified()).isEqualTo(1_700_000_000_000L);
        system().syncDirectory("/");
    }
}
