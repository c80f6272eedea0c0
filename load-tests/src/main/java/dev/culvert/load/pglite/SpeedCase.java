package dev.culvert.load.pglite;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * One batch that both sides run.
 *
 * @param goal how many times Node's time it may take; 0 for a batch that only prepares, and is not
 *     timed
 */
record SpeedCase(String name, byte[] batch, double goal) {
    private static final double PREPARED = 1.2;
    private static final double OTHERS = 3;

    static final List<SpeedCase> ALL =
            List.of(
                    once(
                            "create table t as select g as id, 'name ' || g as name, g % 100 as part"
                                    + " from generate_series(1, 10000) g; alter table t add primary"
                                    + " key (id); analyze t; create table log(id serial, v text)"),
                    prepare("one", "select $1::int + 1"),
                    prepare("row", "select name from t where id = $1"),
                    prepare("ins", "insert into log(v) values ($1)"),
                    prepare("upd", "update t set part = part + 1 where id = $1"),
                    prepared("`select $1 + 1`, prepared", "one", "41"),
                    prepared("indexed select, prepared", "row", "4711"),
                    prepared("insert, prepared", "ins", "some text"),
                    prepared("indexed update, prepared", "upd", "4712"),
                    simple("`select 1`", "select 1"),
                    simple("indexed select", "select name from t where id = 4711"),
                    simple(
                            "indexed select of 100 rows",
                            "select id, name from t where id between 100 and 199"),
                    simple(
                            "grouped aggregate over a table of 10 000 rows",
                            "select part, count(*), max(name) from t group by part"),
                    simple(
                            "aggregate over 100 000 generated rows",
                            "select count(*), sum(g), avg(g) from generate_series(1, 100000) g"),
                    simple(
                            "sort of 100 000 rows",
                            "select g from generate_series(1, 100000) g order by md5(g::text)"
                                    + " limit 1"));

    boolean timed() {
        return goal > 0;
    }

    private static SpeedCase once(String sql) {
        return new SpeedCase(sql, query(sql), 0);
    }

    private static SpeedCase simple(String name, String sql) {
        return new SpeedCase(name, query(sql), OTHERS);
    }

    private static SpeedCase prepare(String name, String sql) {
        byte[] parse = message('P', bytes(name + "\0" + sql + "\0\0\0"));
        return new SpeedCase(sql, concat(parse, message('S', bytes(""))), 0);
    }

    private static SpeedCase prepared(String name, String statement, String parameter) {
        ByteBuffer bind = ByteBuffer.allocate(100 + parameter.length());
        bind.put((byte) 0).put(bytes(statement)).put((byte) 0);
        bind.putShort((short) 0).putShort((short) 1).putInt(parameter.length());
        bind.put(bytes(parameter)).putShort((short) 0);
        return new SpeedCase(
                name,
                concat(
                        message('B', Arrays.copyOf(bind.array(), bind.position())),
                        message('E', bytes("\0\0\0\0\0")),
                        message('S', bytes(""))),
                PREPARED);
    }

    static byte[] query(String sql) {
        return message('Q', bytes(sql + "\0"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] message(char type, byte[] body) {
        return ByteBuffer.allocate(5 + body.length)
                .put((byte) type)
                .putInt(4 + body.length)
                .put(body)
                .array();
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
