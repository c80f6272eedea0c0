package dev.culvert.agent.differential;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The rounds of one session, always the same for the same seed: mostly what drivers send, and now
 * and then what nobody should.
 */
final class RandomRounds {
    private static final int MOST_ROUNDS = 14;
    private static final int MOST_STATEMENTS = 4;
    private static final int MOST_MESSAGES = 12;
    private static final int NO_SUCH_TYPE = 999_999;

    private final Random random;

    private RandomRounds(long seed) {
        random = new Random(seed);
    }

    /** The rounds for a seed. */
    static List<Round> of(long seed) {
        RandomRounds maker = new RandomRounds(seed);
        List<Round> rounds = new ArrayList<>();
        int count = 3 + maker.random.nextInt(MOST_ROUNDS - 2);
        for (int i = 0; i < count; i++) {
            rounds.add(maker.round());
        }
        if (maker.chance(15)) {
            rounds.add(maker.lastRound());
        }
        return rounds;
    }

    private Round round() {
        return switch (random.nextInt(20)) {
            case 0, 1, 2, 3 -> Round.of(ClientMessage.query(statement()));
            case 4, 5, 6 -> Round.of(ClientMessage.query(statements()));
            case 7 -> Round.of(ClientMessage.query(statement()), ClientMessage.query(statement()));
            case 8 -> Round.of(functionCall());
            case 9, 10 -> copyByQuery();
            case 11 -> copyByExecute();
            case 12, 13, 14 -> Round.of(prepared());
            default -> Round.of(pipeline());
        };
    }

    /** What a server ends the connection for. */
    private Round lastRound() {
        ClientMessage broken =
                switch (random.nextInt(6)) {
                    case 0 -> ClientMessage.raw('?', 4, new byte[0]);
                    case 1 -> ClientMessage.raw('p', 8, new byte[4]);
                    case 2 -> ClientMessage.raw('Q', 3, new byte[0]);
                    case 3 -> ClientMessage.raw('Q', Integer.MAX_VALUE, new byte[0]);
                    case 4 -> ClientMessage.raw('E', 20_000, new byte[0]);
                    default -> ClientMessage.raw('\u00ff', 4, new byte[0]);
                };
        List<ClientMessage> before = chance(50) ? pipeline() : List.of();
        List<ClientMessage> all = new ArrayList<>(before);
        all.add(broken);
        return Round.of(all);
    }

    // Query

    private String statement() {
        return switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4 -> any(SqlPool.TRANSACTIONS);
            case 5, 6, 7, 8, 9 -> any(SqlPool.CHANGES);
            case 10, 11 -> any(SqlPool.MISTAKES);
            case 12 -> any(SqlPool.COPIES_OUT);
            default -> any(SqlPool.ROWS);
        };
    }

    private String statements() {
        List<String> texts = new ArrayList<>();
        int count = 2 + random.nextInt(MOST_STATEMENTS - 1);
        for (int i = 0; i < count; i++) {
            texts.add(statement());
        }
        return String.join("; ", texts) + (chance(30) ? ";" : "");
    }

    private ClientMessage functionCall() {
        ClientMessage call =
                switch (random.nextInt(6)) {
                    // int4pl, in text and in binary
                    case 0 ->
                            ClientMessage.functionCall(
                                    177, List.of(), List.of(ascii("40"), ascii("2")), 0);
                    case 1 ->
                            ClientMessage.functionCall(
                                    177, List.of(1), List.of(int4(40), int4(2)), 1);
                    case 2 -> ClientMessage.functionCall(177, List.of(), List.of(ascii("1")), 0);
                    case 3 ->
                            ClientMessage.functionCall(
                                    177, List.of(), Arrays.asList(ascii("1"), null), 0);
                    // int4div
                    case 4 ->
                            ClientMessage.functionCall(
                                    154, List.of(), List.of(ascii("1"), ascii("0")), 0);
                    default -> ClientMessage.functionCall(NO_SUCH_TYPE, List.of(), List.of(), 0);
                };
        return sometimesBroken(call);
    }

    // COPY FROM STDIN

    private Round copyByQuery() {
        String copy = any(SqlPool.COPIES_IN);
        String sql =
                switch (random.nextInt(5)) {
                    case 0 -> besideCopy() + "; " + copy;
                    case 1 -> copy + "; " + besideCopy();
                    case 2 -> besideCopy() + "; " + copy + "; " + besideCopy();
                    default -> copy;
                };
        return copy(List.of(ClientMessage.query(sql)), copyData(copy));
    }

    /** {@link KnownDifference#PREPARE_BESIDE_COPY}. */
    private String besideCopy() {
        String statement = statement();
        return statement.startsWith("PREPARE TRANSACTION") ? "SELECT 1" : statement;
    }

    private Round copyByExecute() {
        String copy = any(SqlPool.COPIES_IN);
        List<ClientMessage> first = new ArrayList<>();
        if (chance(20)) {
            first.add(ClientMessage.query(any(SqlPool.TRANSACTIONS)));
        }
        first.add(ClientMessage.parse("", copy, List.of()));
        first.add(ClientMessage.bind("", "", List.of(), List.of(), List.of()));
        if (chance(50)) {
            first.add(ClientMessage.describe('P', ""));
        }
        first.add(ClientMessage.execute("", 0));
        first.add(ClientMessage.sync());
        List<ClientMessage> data = new ArrayList<>(copyData(copy));
        data.add(ClientMessage.sync());
        return copy(first, data);
    }

    private Round copy(List<ClientMessage> first, List<ClientMessage> data) {
        if (chance(30)) {
            List<ClientMessage> all = new ArrayList<>(first);
            all.addAll(data);
            return Round.of(all);
        }
        return new Round(first, data);
    }

    private List<ClientMessage> copyData(String copy) {
        List<ClientMessage> messages = new ArrayList<>();
        byte[] data = copy.contains("binary") ? binaryRows() : textRows(copy);
        int at = 0;
        while (at < data.length) {
            int end = Math.min(data.length, at + 1 + random.nextInt(40));
            messages.add(ClientMessage.copyData(Arrays.copyOfRange(data, at, end)));
            at = end;
            if (chance(3)) {
                messages.add(ClientMessage.flush());
            }
        }
        messages.add(chance(85) ? ClientMessage.copyDone() : ClientMessage.copyFail("given up"));
        return messages;
    }

    private byte[] textRows(String copy) {
        String separator = copy.contains("csv") ? "," : "\t";
        StringBuilder text = new StringBuilder();
        if (copy.contains("HEADER")) {
            text.append(chance(70) ? "id,v\n" : "id,nothing\n");
        }
        int rows = random.nextInt(5);
        for (int i = 0; i < rows; i++) {
            int id = copy.contains("child") ? 1 + i : 1_000 + random.nextInt(1_000);
            text.append(chance(95) ? Integer.toString(id) : "x")
                    .append(separator)
                    .append(copy.contains("child") ? Integer.toString(i) : "copied " + i)
                    .append(chance(96) ? "\n" : separator + "more\n");
        }
        if (chance(10)) {
            text.append("\\.\n");
        }
        if (chance(5)) {
            text.append(text.isEmpty() ? "" : "5");
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private byte[] binaryRows() {
        ByteBuffer rows = ByteBuffer.allocate(1_024);
        rows.put("PGCOPY\n".getBytes(StandardCharsets.ISO_8859_1)).put((byte) 0xff);
        rows.put("\r\n".getBytes(StandardCharsets.ISO_8859_1)).put((byte) 0);
        rows.putInt(0).putInt(0);
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            rows.putShort((short) 2).putInt(4).putInt(2_000 + random.nextInt(1_000));
            rows.putInt(2).put((byte) 'o').put((byte) 'k');
        }
        if (chance(90)) {
            rows.putShort((short) -1);
        }
        return Arrays.copyOf(rows.array(), rows.position());
    }

    // the extended protocol

    /** Parse, Bind, Describe, Execute, Sync, as drivers do. */
    private List<ClientMessage> prepared() {
        String portal = chance(80) ? "" : "p1";
        List<ClientMessage> messages = new ArrayList<>();
        SqlPool.Parameterized statement =
                chance(50)
                        ? any(SqlPool.PARAMETERIZED)
                        : new SqlPool.Parameterized(statement(), List.of(), List.of());
        String name = chance(60) ? "" : name(statement.sql(), List.of("s1", "s2"));
        if (!name.isEmpty() && chance(40)) {
            messages.add(ClientMessage.close('S', name));
        }
        messages.add(ClientMessage.parse(name, statement.sql(), types(statement)));
        if (chance(30)) {
            messages.add(ClientMessage.describe('S', name));
        }
        int executions = 1 + random.nextInt(3);
        for (int i = 0; i < executions; i++) {
            messages.add(bind(portal, name, statement));
            if (chance(70)) {
                messages.add(ClientMessage.describe('P', portal));
            }
            int limit = limit();
            messages.add(ClientMessage.execute(portal, limit));
            while (limit > 0 && chance(60)) {
                if (chance(50)) {
                    messages.add(ClientMessage.flush());
                }
                messages.add(ClientMessage.execute(portal, limit()));
            }
            if (chance(20)) {
                messages.add(ClientMessage.close('P', portal));
            }
            if (chance(30)) {
                messages.add(ClientMessage.sync());
            }
        }
        messages.add(ClientMessage.sync());
        return messages;
    }

    /** Messages in any order. */
    private List<ClientMessage> pipeline() {
        List<ClientMessage> messages = new ArrayList<>();
        int count = 1 + random.nextInt(MOST_MESSAGES);
        for (int i = 0; i < count; i++) {
            messages.add(sometimesBroken(message()));
        }
        return messages;
    }

    private ClientMessage message() {
        String name = any(List.of("", "", "s1", "s2", "nobody's"));
        String portal = any(List.of("", "", "p1", "cur", "nobody's"));
        return switch (random.nextInt(24)) {
            case 0, 1, 2, 3 -> {
                String sql = statement();
                yield ClientMessage.parse(name(sql, List.of("", name)), sql, List.of());
            }
            case 4 -> {
                SqlPool.Parameterized statement = any(SqlPool.PARAMETERIZED);
                yield ClientMessage.parse(name, statement.sql(), types(statement));
            }
            case 5, 6, 7, 8 ->
                    ClientMessage.bind(portal, name, List.of(), List.of(), resultFormats());
            case 9 -> bind(portal, name, any(SqlPool.PARAMETERIZED));
            case 10 -> ClientMessage.describe('S', name);
            case 11 -> ClientMessage.describe('P', portal);
            case 12, 13, 14, 15, 16 -> ClientMessage.execute(portal, limit());
            case 17 -> ClientMessage.close('S', name);
            case 18 -> ClientMessage.close('P', portal);
            case 19 -> ClientMessage.flush();
            case 20 -> ClientMessage.query(statement());
            case 21 -> chance(30) ? functionCall() : ClientMessage.query(statements());
            case 22 -> chance(10) ? ClientMessage.copyDone() : ClientMessage.sync();
            default -> ClientMessage.sync();
        };
    }

    /** One of the names; {@link KnownDifference#DEEP_RECURSION}. */
    private String name(String sql, List<String> names) {
        String name = any(names);
        return sql.contains("EXECUTE s1") && name.equals("s1") ? "" : name;
    }

    private ClientMessage sometimesBroken(ClientMessage message) {
        if (!chance(3)) {
            return message;
        }
        return chance(70) ? message.cutBy(1 + random.nextInt(3)) : message.withRest();
    }

    private List<Integer> types(SqlPool.Parameterized statement) {
        if (chance(5)) {
            return List.of(NO_SUCH_TYPE);
        }
        return chance(50) ? List.of() : statement.types();
    }

    private ClientMessage bind(String portal, String name, SqlPool.Parameterized statement) {
        List<byte @Nullable []> values = new ArrayList<>();
        List<Integer> formats = new ArrayList<>();
        for (List<@Nullable String> texts : statement.values()) {
            @Nullable String text = texts.get(random.nextInt(texts.size()));
            boolean binary = chance(20);
            formats.add(binary ? 1 : 0);
            values.add(text == null ? null : binary ? int4(7) : utf8(text));
        }
        if (chance(4)) {
            values.add(ascii("too many"));
        }
        if (chance(3)) {
            formats.add(0);
        }
        return ClientMessage.bind(portal, name, formats, values, resultFormats());
    }

    private List<Integer> resultFormats() {
        return switch (random.nextInt(12)) {
            case 0, 1, 2 -> List.of(1);
            case 3 -> List.of(0);
            case 4 -> List.of(0, 1);
            case 5 -> chance(20) ? List.of(7) : List.of();
            default -> List.of();
        };
    }

    private int limit() {
        return switch (random.nextInt(8)) {
            case 0 -> 1;
            case 1 -> 2;
            case 2 -> 50;
            case 3 -> chance(20) ? -1 : 5;
            default -> 0;
        };
    }

    private static byte[] int4(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    private static byte[] ascii(String text) {
        return utf8(text);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private <T> T any(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
