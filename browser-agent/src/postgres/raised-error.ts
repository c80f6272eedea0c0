import { literal } from './messages.ts';

/**
 * A statement that fails with an error of our choice.
 *
 * A batch that must not reach the backend is answered by running this in its place: the backend
 * then knows of the error, fails the transaction, skips to the Sync and says the right
 * ReadyForQuery, all by itself.
 */
export function raiseStatement(sqlstate: string, message: string, hint?: string): string {
  const options = [`ERRCODE = ${literal(sqlstate)}`, `MESSAGE = ${literal(message)}`];
  if (hint !== undefined) {
    options.push(`HINT = ${literal(hint)}`);
  }
  return `DO $culvert$BEGIN RAISE EXCEPTION USING ${options.join(', ')}; END$culvert$`;
}
