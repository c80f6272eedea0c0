package dev.culvert.pglite;

import java.nio.file.Path;

/** Commits row after row, and says so after each; until it is killed. */
final class KilledWriter {
    private KilledWriter() {}

    public static void main(String[] args) {
        PGlite db = PGlite.open(Path.of(args[0]));
        Sql.run(db, "create table if not exists acknowledged(n int primary key)");
        int first =
                Integer.parseInt(
                        Sql.run(db, "select coalesce(max(n), 0) from acknowledged").value());
        for (int n = first + 1; ; n++) {
            Sql.Answer answer = Sql.run(db, "insert into acknowledged values (" + n + ")");
            if (!answer.sqlState().equals("00000")) {
                throw new IllegalStateException(answer.toString());
            }
            System.out.println(n);
            System.out.flush();
        }
    }
}
