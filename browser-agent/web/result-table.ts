import { make } from './elements.ts';

/** More rows than this are counted and not shown. */
const MAX_ROWS = 200;

/** What PGlite gives back for one statement, with rows as arrays. */
export interface StatementResult {
  readonly fields: readonly { readonly name: string }[];
  readonly rows: readonly unknown[];
  readonly affectedRows?: number | undefined;
}

/** A statement's rows as a table, or a line on what it changed. */
export function showResult({ fields, rows, affectedRows }: StatementResult): HTMLElement {
  if (fields.length === 0) {
    return make('p', `Done. ${countOf(affectedRows ?? 0, 'row')} changed.`, 'note');
  }
  const table = make('table');
  const head = table.createTHead().insertRow();
  for (const { name } of fields) {
    const cell = make('th', name);
    cell.scope = 'col';
    head.append(cell);
  }
  const body = table.createTBody();
  for (const row of rows.slice(0, MAX_ROWS)) {
    const line = body.insertRow();
    for (const value of Array.isArray(row) ? row : []) {
      line.append(value === null ? make('td', 'NULL', 'null') : make('td', textOf(value)));
    }
  }
  const whole = make('div');
  const more = rows.length > MAX_ROWS ? `, the first ${MAX_ROWS} are shown` : '';
  whole.append(table, make('p', `${countOf(rows.length, 'row')}${more}`, 'note'));
  return whole;
}

/** What Postgres says about a statement that failed, with its SQLSTATE. */
export function showQueryError(error: unknown): HTMLElement {
  const fields: Readonly<Record<string, unknown>> =
    error instanceof Error ? { ...error, message: error.message } : { message: String(error) };
  const { severity = 'ERROR', code, message, detail, hint } = fields;
  const whole = make('div', '', 'problem');
  whole.append(make('p', `${severity}${code === undefined ? '' : ` ${code}`}: ${message}`));
  for (const [label, text] of Object.entries({ Detail: detail, Hint: hint })) {
    if (typeof text === 'string' && text !== '') {
      whole.append(make('p', `${label}: ${text}`));
    }
  }
  return whole;
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function textOf(value: unknown): string {
  if (value instanceof Date) {
    return value.toISOString();
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
