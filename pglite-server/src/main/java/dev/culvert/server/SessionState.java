package dev.culvert.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the owner has set up in the only backend when a client's session begins, and how the backend
 * gets back there when it ends. {@code DISCARD ALL} would take it all; it is used when there is
 * nothing to keep. What the owner sets up while a client's session is open cannot be told from the
 * client's own.
 *
 * @param processId as NotificationResponse names the backend
 * @param settings those that SET has changed
 * @param temporary what is in the temporary schema, by oid: as DROP takes it
 */
record SessionState(
        int processId,
        Map<String, String> settings,
        List<String> statements,
        List<String> cursors,
        List<String> channels,
        Map<Long, String> temporary) {
    private static final JsonMapper JSON = new JsonMapper();

    // each name is qualified, since the client may have changed search_path
    private static final String SNAPSHOT =
            """
            SELECT pg_catalog.json_build_object(
             'pid', pg_catalog.pg_backend_pid(),
             'settings', (SELECT pg_catalog.json_object_agg(name, setting) FROM (
               SELECT name, setting FROM pg_catalog.pg_settings WHERE source = 'session'
               UNION ALL
               SELECT 'role', pg_catalog.current_setting('role')
               WHERE pg_catalog.current_setting('role') <> 'none'
             ) s),
             'statements', (SELECT pg_catalog.json_agg(name)
               FROM pg_catalog.pg_prepared_statements WHERE name <> ''),
             'cursors', (SELECT pg_catalog.json_agg(name)
               FROM pg_catalog.pg_cursors WHERE name <> ''),
             'channels', (SELECT pg_catalog.json_agg(c) FROM pg_catalog.pg_listening_channels() c),
             'temporary', (SELECT pg_catalog.json_object_agg(oid, kind || ' IF EXISTS pg_temp.' || name
                 ORDER BY oid) FROM (
               SELECT oid::pg_catalog.int8,
                 CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind,
                 pg_catalog.quote_ident(relname) AS name
               FROM pg_catalog.pg_class
               WHERE relnamespace = pg_catalog.pg_my_temp_schema() AND relkind IN ('r', 'p', 'v', 'S')
               UNION ALL
               SELECT oid::pg_catalog.int8, 'ROUTINE', pg_catalog.quote_ident(proname)
                 || '(' || pg_catalog.pg_get_function_identity_arguments(oid) || ')'
               FROM pg_catalog.pg_proc WHERE pronamespace = pg_catalog.pg_my_temp_schema()
               UNION ALL
               SELECT oid::pg_catalog.int8, 'TYPE', pg_catalog.quote_ident(typname)
               FROM pg_catalog.pg_type WHERE typnamespace = pg_catalog.pg_my_temp_schema()
                 AND (typtype IN ('e', 'd', 'r') OR typtype = 'c' AND EXISTS (
                   SELECT FROM pg_catalog.pg_class c WHERE c.oid = typrelid AND c.relkind = 'c'))
             ) t))\
            """;

    /** Reads the state; outside of a transaction. */
    static SessionState read(OwnSql sql) {
        try {
            JsonNode json = JSON.readTree(sql.value(SNAPSHOT));
            Map<String, String> settings = new LinkedHashMap<>();
            json.path("settings")
                    .properties()
                    .forEach(each -> settings.put(each.getKey(), each.getValue().asText()));
            Map<Long, String> temporary = new LinkedHashMap<>();
            json.path("temporary")
                    .properties()
                    .forEach(each ->
                            temporary.put(Long.parseLong(each.getKey()), each.getValue().asText()));
            return new SessionState(
                    json.path("pid").asInt(),
                    settings,
                    texts(json.path("statements")),
                    texts(json.path("cursors")),
                    texts(json.path("channels")),
                    temporary);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the session's state cannot be read", e);
        }
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.asText()));
        return texts;
    }

    /** Brings the backend back to this state; outside of a transaction. */
    void restore(OwnSql sql) {
        // first what decides how everything after is read and allowed
        sql.run("RESET SESSION AUTHORIZATION");
        sql.run("RESET ROLE");
        sql.run("RESET ALL");
        if (isEmpty()) {
            sql.run("DISCARD ALL");
            return;
        }
        SessionState now = read(sql);
        sql.run("SELECT pg_catalog.pg_advisory_unlock_all()");
        without(now.cursors, cursors).forEach(each -> sql.run("CLOSE " + OwnSql.name(each)));
        without(now.statements, statements)
                .forEach(each -> sql.run("DEALLOCATE " + OwnSql.name(each)));
        without(now.channels, channels).forEach(each -> sql.run("UNLISTEN " + OwnSql.name(each)));
        without(channels, now.channels).forEach(each -> sql.run("LISTEN " + OwnSql.name(each)));
        now.temporary.forEach((oid, what) -> {
            if (!temporary.containsKey(oid)) {
                sql.run("DROP " + what + " CASCADE");
            }
        });
        sql.run("DISCARD PLANS");
        sql.run("DISCARD SEQUENCES");
        settings.forEach((name, value) -> {
            if (!isAboutPower(name)) {
                set(sql, name, value);
            }
        });
        // the role comes last, as it may not be allowed to set the others
        settings.forEach((name, value) -> {
            if (isAboutPower(name)) {
                set(sql, name, value);
            }
        });
    }

    /** The owner's channels, for when a client's {@code UNLISTEN *} has taken them away. */
    void listenAgain(OwnSql sql) {
        channels.forEach(channel -> sql.run("LISTEN " + OwnSql.name(channel)));
    }

    private boolean isEmpty() {
        return settings.isEmpty()
                && statements.isEmpty()
                && cursors.isEmpty()
                && channels.isEmpty()
                && temporary.isEmpty();
    }

    private static boolean isAboutPower(String setting) {
        return setting.equals("role") || setting.equals("session_authorization");
    }

    private static void set(OwnSql sql, String name, String value) {
        sql.run(
                "SELECT pg_catalog.set_config("
                        + OwnSql.literal(name)
                        + ", "
                        + OwnSql.literal(value)
                        + ", false)");
    }

    private static List<String> without(List<String> names, List<String> those) {
        return names.stream().filter(name -> !those.contains(name)).toList();
    }
}
