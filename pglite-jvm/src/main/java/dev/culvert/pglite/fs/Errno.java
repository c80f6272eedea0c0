package dev.culvert.pglite.fs;

/** Error numbers as Emscripten's C library knows them, which are WASI's. */
public enum Errno {
    E2BIG(1),
    EACCES(2),
    EAGAIN(6),
    EBADF(8),
    EBUSY(10),
    EEXIST(20),
    EFAULT(21),
    EINTR(27),
    EINVAL(28),
    EIO(29),
    EISDIR(31),
    ELOOP(32),
    EMFILE(33),
    ENOENT(44),
    ENOSPC(51),
    ENOSYS(52),
    ENOTDIR(54),
    ENOTEMPTY(55),
    ENOTTY(59),
    EPERM(63),
    EPIPE(64),
    ERANGE(68),
    EROFS(69),
    ESPIPE(70),
    EXDEV(75),
    EOPNOTSUPP(138);

    private final int number;

    Errno(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    /** An exception that says this to the program. */
    public ErrnoException exception() {
        return new ErrnoException(this);
    }
}
