package dev.culvert.pglite.fs;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class HostFileSystemTest extends FileSystemContract {
    @TempDir private Path folder;

    @Override
    FileSystem system() {
        return new HostFileSystem(folder, true);
    }
}
