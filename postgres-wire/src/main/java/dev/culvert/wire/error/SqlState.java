package dev.culvert.wire.error;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The SQLSTATE codes that Culvert sends or looks at. Source: Postgres documentation, appendix
 * "PostgreSQL Error Codes".
 */
public enum SqlState {
    /** All went well. */
    SUCCESSFUL_COMPLETION("00000"),
    /** A warning without a code of its own. */
    WARNING("01000"),
    /** The connection cannot be established. */
    CONNECTION_REJECTED("08004"),
    /** The connection to the database was lost. */
    CONNECTION_FAILURE("08006"),
    /** A peer broke the wire protocol. */
    PROTOCOL_VIOLATION("08P01"),
    /** Something that exists in Postgres but not here. */
    FEATURE_NOT_SUPPORTED("0A000"),
    /** A setting or argument with an impossible value. */
    INVALID_PARAMETER_VALUE("22023"),
    /** A transaction was left idle for too long. */
    IDLE_IN_TRANSACTION_SESSION_TIMEOUT("25P03"),
    /** There is no prepared statement of that name. */
    INVALID_SQL_STATEMENT_NAME("26000"),
    /** The way of logging in is not permitted. */
    INVALID_AUTHORIZATION("28000"),
    /** The password is wrong, or the user unknown. */
    INVALID_PASSWORD("28P01"),
    /** There is no portal of that name. */
    INVALID_CURSOR_NAME("34000"),
    /** There is no such database. */
    INVALID_CATALOG_NAME("3D000"),
    /** Not permitted. */
    INSUFFICIENT_PRIVILEGE("42501"),
    /** A statement that cannot be understood. */
    SYNTAX_ERROR("42601"),
    /** There is no such thing. */
    UNDEFINED_OBJECT("42704"),
    /** A name that means several things. */
    AMBIGUOUS_NAME("42P09"),
    /** There is a prepared statement of that name already. */
    DUPLICATE_PREPARED_STATEMENT("42P05"),
    /** Memory ran out. */
    OUT_OF_MEMORY("53200"),
    /** A limit on connections is reached. */
    TOO_MANY_CONNECTIONS("53300"),
    /** A configured limit is reached. */
    CONFIGURATION_LIMIT_EXCEEDED("53400"),
    /** A limit of the program itself is reached. */
    PROGRAM_LIMIT_EXCEEDED("54000"),
    /** The statement was cancelled. */
    QUERY_CANCELED("57014"),
    /** The session was ended by someone entitled to. */
    ADMIN_SHUTDOWN("57P01"),
    /** The session was ended by a crash. */
    CRASH_SHUTDOWN("57P02"),
    /** The database cannot be reached now. */
    CANNOT_CONNECT_NOW("57P03"),
    /** The session was left idle for too long. */
    IDLE_SESSION_TIMEOUT("57P05"),
    /** A fault in the program. */
    INTERNAL_ERROR("XX000");

    /** Characters in every code. */
    static final int LENGTH = 5;

    private static final Map<String, SqlState> BY_CODE =
            Arrays.stream(values()).collect(Collectors.toMap(s -> s.code, Function.identity()));

    private final String code;

    SqlState(String code) {
        this.code = code;
    }

    /** The five characters. */
    public String code() {
        return code;
    }

    /** The constant with that code; any code not listed here is empty. */
    public static Optional<SqlState> of(String code) {
        return Optional.ofNullable(BY_CODE.get(code));
    }
}
