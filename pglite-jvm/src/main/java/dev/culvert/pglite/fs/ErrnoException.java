package dev.culvert.pglite.fs;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.util.Locale;

/**
 * A system call has failed, in the program's terms. Carries no stack: many are everyday answers.
 */
public final class ErrnoException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final Errno errno;

    ErrnoException(Errno errno) {
        super(errno.name(), null, false, false);
        this.errno = errno;
    }

    public Errno errno() {
        return errno;
    }

    /** What the host's file system says, as an error number. */
    static ErrnoException of(IOException e) {
        return (switch (e) {
                    case NoSuchFileException x -> Errno.ENOENT;
                    case FileNotFoundException x -> Errno.ENOENT;
                    case FileAlreadyExistsException x -> Errno.EEXIST;
                    case DirectoryNotEmptyException x -> Errno.ENOTEMPTY;
                    case AccessDeniedException x -> Errno.EACCES;
                    case NotDirectoryException x -> Errno.ENOTDIR;
                    case NotLinkException x -> Errno.EINVAL;
                    case FileSystemException x -> ofReason(x.getReason());
                    default -> ofReason(e.getMessage());
                })
                .exception();
    }

    private static Errno ofReason(@org.jspecify.annotations.Nullable String reason) {
        String text = reason == null ? "" : reason.toLowerCase(Locale.ROOT);
        if (text.contains("no space")) {
            return Errno.ENOSPC;
        }
        if (text.contains("not a directory")) {
            return Errno.ENOTDIR;
        }
        if (text.contains("is a directory")) {
            return Errno.EISDIR;
        }
        if (text.contains("read-only")) {
            return Errno.EROFS;
        }
        if (text.contains("too many open files")) {
            return Errno.EMFILE;
        }
        return Errno.EIO;
    }
}
