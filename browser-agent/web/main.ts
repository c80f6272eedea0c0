import type { PGlite } from '@electric-sql/pglite';
import { type Share, ShareError, type ShareState, shareDatabase } from '../src/index.ts';
import { ClientList } from './client-list.ts';
import { element, make } from './elements.ts';
import { showQueryError, showResult } from './result-table.ts';
import { openDatabase, type Storage, storageOf } from './storage.ts';

/** What the page is doing; the attribute `data-state` of its body. */
type PageState =
  | 'starting'
  | 'ready'
  | 'connecting'
  | 'sharing'
  | 'moving'
  | 'resuming'
  | 'stopping'
  | 'failed';

const STATE_TEXTS: Readonly<Record<PageState, string>> = {
  starting: 'Starting Postgres…',
  ready: 'Ready, not shared',
  connecting: 'Connecting to the relay…',
  sharing: 'Shared',
  moving: 'Shared; the relay restarts, moving to another one…',
  resuming: 'Connection lost, dialling again… Clients wait.',
  stopping: 'Stopping…',
  failed: 'Postgres could not start',
};

/** What the page shows while it shares. */
const PAGE_STATES: Readonly<Record<ShareState['kind'], PageState>> = {
  connecting: 'connecting',
  live: 'sharing',
  moving: 'moving',
  resuming: 'resuming',
  stopping: 'stopping',
  closed: 'ready',
};

/** When there is a tunnel. */
const SHARED: ReadonlySet<PageState> = new Set(['sharing', 'moving', 'resuming', 'stopping']);

/** Shown in the query box, so that there is something to run at once. */
const FIRST_SQL = `create table if not exists notes (id serial primary key, text text);
insert into notes (text) values ('hello from the browser');
select * from notes;`;

/** How long a copy button says that it has copied, in milliseconds. */
const COPIED_MS = 1_500;
/** How long a query may run before the page says that it does, in milliseconds. */
const PATIENCE_MS = 500;

const stateText = element('state-text', HTMLSpanElement);
const shareButton = element('share', HTMLButtonElement);
const stopButton = element('stop', HTMLButtonElement);
const problem = element('problem', HTMLParagraphElement);
const connection = element('connection', HTMLElement);
const clientsSection = element('clients-section', HTMLElement);
const queryForm = element('query', HTMLFormElement);
const sql = element('sql', HTMLTextAreaElement);
const runButton = element('run', HTMLButtonElement);
const result = element('result', HTMLDivElement);
const clients = new ClientList();

function show(state: PageState): void {
  document.body.dataset.state = state;
  stateText.textContent = STATE_TEXTS[state];
  const shared = SHARED.has(state);
  shareButton.hidden = shared;
  shareButton.disabled = state !== 'ready';
  stopButton.hidden = !shared;
  stopButton.disabled = state === 'stopping';
  connection.hidden = !shared;
  clientsSection.hidden = !shared;
  runButton.disabled = state === 'starting' || state === 'failed';
}

function showProblem(text: string | undefined): void {
  problem.hidden = text === undefined;
  problem.textContent = text ?? '';
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** How clients connect, as each kind of client writes it. */
function showConnection({ host, port, user, password, url }: Share): void {
  const jdbc = new URLSearchParams({ user, password, sslmode: 'require' });
  element('psql', HTMLElement).textContent = `psql "${url}"`;
  element('url', HTMLElement).textContent = url;
  element('jdbc', HTMLElement).textContent = `jdbc:postgresql://${host}:${port}/postgres?${jdbc}`;
}

async function share(db: PGlite): Promise<void> {
  show('connecting');
  showProblem(undefined);
  let shared: Share;
  try {
    shared = await shareDatabase(db, { relay: `wss://${location.host}` });
  } catch (error) {
    show('ready');
    showProblem(textOf(error));
    if (!(error instanceof ShareError)) {
      throw error;
    }
    return;
  }
  const onStop = (): void => void shared.stop();
  clients.clear();
  shared.on('client', (event) => clients.on(event));
  const onState = (state: ShareState): void => {
    const hadFocus = document.activeElement === stopButton;
    show(PAGE_STATES[state.kind]);
    if (state.kind === 'closed') {
      stopButton.removeEventListener('click', onStop);
      if (hadFocus || document.activeElement === document.body) {
        shareButton.focus();
      }
      const { name, message, hint } = state.reason;
      showProblem(name === 'closed' ? undefined : `Sharing ended: ${message}. ${hint}`);
    } else if (state.kind === 'live') {
      showConnection(shared);
    }
  };
  shared.on('state', onState);
  stopButton.addEventListener('click', onStop);
  onState(shared.state);
  stopButton.focus();
}

async function runQuery(db: PGlite): Promise<void> {
  runButton.disabled = true;
  const waiting = setTimeout(() => {
    const text = 'Running… It waits while a client is in a transaction.';
    result.replaceChildren(make('p', text, 'note'));
  }, PATIENCE_MS);
  try {
    const results = await db.exec(sql.value, { rowMode: 'array' });
    const last = results.at(-1);
    result.replaceChildren(
      last === undefined ? make('p', 'Nothing to run.', 'note') : showResult(last),
    );
  } catch (error) {
    result.replaceChildren(showQueryError(error));
  } finally {
    clearTimeout(waiting);
    runButton.disabled = false;
  }
}

async function copy(button: HTMLButtonElement): Promise<void> {
  const source = element(button.dataset.copy ?? '', HTMLElement);
  try {
    await navigator.clipboard.writeText(source.textContent ?? '');
    button.textContent = 'Copied';
    setTimeout(() => {
      button.textContent = 'Copy';
    }, COPIED_MS);
  } catch {
    // The browser does not let the page copy: leave the text selected, for the owner to do it.
    getSelection()?.selectAllChildren(source);
  }
}

function storageText(storage: Storage): string {
  return storage.kind === 'memory'
    ? 'It lives in memory and is gone when you close the tab. Add ?db=NAME to the address to keep it in this browser.'
    : `It is kept in this browser under the name "${storage.name}".`;
}

async function main(): Promise<void> {
  sql.value = FIRST_SQL;
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy]')) {
    button.addEventListener('click', () => void copy(button));
  }
  let db: PGlite;
  try {
    const storage = storageOf(location.search);
    element('storage', HTMLParagraphElement).textContent = storageText(storage);
    db = await openDatabase(storage);
  } catch (error) {
    show('failed');
    showProblem(textOf(error));
    return;
  }
  shareButton.addEventListener('click', () => void share(db));
  queryForm.addEventListener('submit', (event) => {
    event.preventDefault();
    void runQuery(db);
  });
  sql.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      queryForm.requestSubmit();
    }
  });
  show('ready');
}

void main();
