package dev.culvert.pglite.fs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MemoryFileSystemTest extends FileSystemContract {
    private final MemoryFileSystem system = new MemoryFileSystem();

    @Override
    FileSystem system() {
        return system;
    }

    @Test
    void a_shared_array_is_not_changed_by_who_writes() {
        byte[] all = {1, 2, 3, 4};
        system.addShared("/d/f", all, 1, 2, 5, 0600);
        OpenFile file = system.open("/d/f", true, false, 0);
        byte[] read = new byte[5];

        assertThat(file.read(read, 0, 5, 0)).isEqualTo(5);
        assertThat(read).containsExactly(2, 3, 0, 0, 0);
        file.write(new byte[] {9}, 0, 1, 1);
        assertThat(file.read(read, 0, 5, 0)).isEqualTo(5);
        assertThat(read).containsExactly(2, 9, 0, 0, 0);
        assertThat(all).containsExactly(1, 2, 3, 4);
    }
}
