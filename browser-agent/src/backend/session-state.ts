import { identifier, literal } from '../postgres/messages.ts';

/**
 * What the owner has set up in PGlite's only backend when a client's session begins, and how the
 * backend gets back there when the session ends.
 *
 * PGlite's live queries live in temporary views, prepared statements and LISTEN; `DISCARD ALL`
 * would take them all. It is used when there is nothing to keep. What the owner sets up while a
 * client's session is open cannot be told from the client's own, except for live queries, which
 * are known by their names.
 */
export interface SessionState {
  /** Settings that SET changed: name and value. */
  readonly settings: readonly (readonly [string, string])[];
  readonly statements: readonly string[];
  readonly cursors: readonly string[];
  readonly channels: readonly string[];
  readonly temporary: readonly TemporaryObject[];
  /** Whose session it is. */
  readonly user: string;
  /** The backend's process id, as NotificationResponse names it. */
  readonly pid: number;
  /** The database that PGlite has open. */
  readonly database: string;
}

/** Something in the temporary schema. */
export interface TemporaryObject {
  readonly oid: number;
  /** The word after DROP. */
  readonly kind: string;
  /** As DROP takes it: quoted, and with argument types for a routine. */
  readonly name: string;
}

/** Runs SQL on the backend outside of every transaction; an error comes back as its message. */
export type RunSql = (sql: string) => Promise<{ values: string[]; error: string | undefined }>;

const LIVE_OBJECT = /^"?live_query_/;
const LIVE_CHANNEL = /^table_change__/;

/** Whether a notification channel is one of PGlite's live queries. */
export function isLiveChannel(channel: string): boolean {
  return LIVE_CHANNEL.test(channel);
}

// Each name is qualified, since the client may have changed search_path.
const SNAPSHOT = `SELECT pg_catalog.json_build_object(
 'pid', pg_catalog.pg_backend_pid(),
 'user', session_user,
 'database', pg_catalog.current_database(),
 'settings', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(name, setting)) FROM (
   SELECT name, setting FROM pg_catalog.pg_settings WHERE source = 'session'
   UNION ALL
   SELECT 'role', pg_catalog.current_setting('role') WHERE pg_catalog.current_setting('role') <> 'none'
 ) s),
 'statements', (SELECT pg_catalog.json_agg(name) FROM pg_catalog.pg_prepared_statements WHERE name <> ''),
 'cursors', (SELECT pg_catalog.json_agg(name) FROM pg_catalog.pg_cursors WHERE name <> ''),
 'channels', (SELECT pg_catalog.json_agg(c) FROM pg_catalog.pg_listening_channels() c),
 'temporary', (SELECT pg_catalog.json_agg(t ORDER BY t.oid) FROM (
   SELECT oid::pg_catalog.int8, CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind,
     pg_catalog.quote_ident(relname) AS name
   FROM pg_catalog.pg_class WHERE relnamespace = pg_catalog.pg_my_temp_schema() AND relkind IN ('r', 'p', 'v', 'S')
   UNION ALL
   SELECT oid::pg_catalog.int8, 'ROUTINE', pg_catalog.quote_ident(proname) || '(' || pg_catalog.pg_get_function_identity_arguments(oid) || ')'
   FROM pg_catalog.pg_proc WHERE pronamespace = pg_catalog.pg_my_temp_schema()
   UNION ALL
   SELECT oid::pg_catalog.int8, 'TYPE', pg_catalog.quote_ident(typname)
   FROM pg_catalog.pg_type WHERE typnamespace = pg_catalog.pg_my_temp_schema()
     AND (typtype IN ('e', 'd', 'r') OR typtype = 'c' AND EXISTS (
       SELECT FROM pg_catalog.pg_class c WHERE c.oid = typrelid AND c.relkind = 'c'))
 ) t))`;

/** Reads the state; called when no client's session is open. */
export async function readSessionState(run: RunSql): Promise<SessionState> {
  const { values, error } = await run(SNAPSHOT);
  if (error !== undefined || values[0] === undefined) {
    throw new Error(`cannot read the session state: ${error ?? 'no row'}`);
  }
  return parseState(values[0]);
}

/**
 * Brings the backend back to a state; the caller has ended any transaction.
 *
 * @returns the messages of the errors that came up; what failed is left as the client had it
 */
export async function restoreSessionState(run: RunSql, before: SessionState): Promise<string[]> {
  const errors: string[] = [];
  const attempt = async (sql: string): Promise<void> => {
    const { error } = await run(sql);
    if (error !== undefined) {
      errors.push(error);
    }
  };

  // First what decides how everything after is read and allowed. RESET SESSION AUTHORIZATION and
  // DISCARD ALL do nothing here: a stand-alone backend has no user to go back to.
  await attempt(`SET SESSION AUTHORIZATION ${identifier(before.user)}`);
  await attempt('RESET ROLE');
  await attempt('RESET ALL');

  const now = await readSessionState(run);
  if (isEmpty(before) && !hasLiveQueries(now)) {
    await attempt('DISCARD ALL');
    return errors;
  }

  await attempt('SELECT pg_catalog.pg_advisory_unlock_all()');
  for (const cursor of without(now.cursors, before.cursors)) {
    await attempt(`CLOSE ${identifier(cursor)}`);
  }
  for (const statement of without(now.statements, before.statements)) {
    if (!LIVE_OBJECT.test(statement)) {
      await attempt(`DEALLOCATE ${identifier(statement)}`);
    }
  }
  for (const channel of without(now.channels, before.channels)) {
    if (!isLiveChannel(channel)) {
      await attempt(`UNLISTEN ${identifier(channel)}`);
    }
  }
  for (const channel of without(before.channels, now.channels)) {
    await attempt(`LISTEN ${identifier(channel)}`);
  }
  const kept = new Set(before.temporary.map(({ oid }) => oid));
  for (const { oid, kind, name } of now.temporary) {
    if (!kept.has(oid) && !LIVE_OBJECT.test(name)) {
      await attempt(`DROP ${kind} IF EXISTS pg_temp.${name} CASCADE`);
    }
  }
  await attempt('DISCARD PLANS');
  await attempt('DISCARD SEQUENCES');
  for (const [name, value] of inOrderOfPower(before.settings)) {
    await attempt(`SELECT pg_catalog.set_config(${literal(name)}, ${literal(value)}, false)`);
  }
  return errors;
}

/**
 * Has the owner's channels again, where a client's UNLISTEN or DISCARD ALL has taken them away.
 *
 * @returns the channels that were left
 */
export async function listenAgain(run: RunSql, before: SessionState): Promise<string[]> {
  const { values } = await run('SELECT pg_catalog.pg_listening_channels()');
  for (const channel of without(before.channels, values)) {
    await run(`LISTEN ${identifier(channel)}`);
  }
  return values;
}

function isEmpty(state: SessionState): boolean {
  return [state.settings, state.statements, state.cursors, state.channels, state.temporary].every(
    (list) => list.length === 0,
  );
}

function hasLiveQueries(state: SessionState): boolean {
  return (
    state.statements.some((name) => LIVE_OBJECT.test(name)) ||
    state.temporary.some(({ name }) => LIVE_OBJECT.test(name)) ||
    state.channels.some(isLiveChannel)
  );
}

/** The role comes last, as it may not be allowed to set the others. */
function inOrderOfPower(settings: SessionState['settings']): SessionState['settings'] {
  const last = ['session_authorization', 'role'];
  return [...settings].sort(([a], [b]) => last.indexOf(a) - last.indexOf(b));
}

function without(names: readonly string[], those: readonly string[]): string[] {
  return names.filter((name) => !those.includes(name));
}

function parseState(json: string): SessionState {
  const value = JSON.parse(json) as { readonly [K in keyof SessionState]: SessionState[K] | null };
  return {
    settings: value.settings ?? [],
    statements: value.statements ?? [],
    cursors: value.cursors ?? [],
    channels: value.channels ?? [],
    temporary: value.temporary ?? [],
    user: value.user ?? 'postgres',
    pid: value.pid ?? 0,
    database: value.database ?? '',
  };
}
