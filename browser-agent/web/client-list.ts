import type { ClientEvent } from '../src/index.ts';
import { element, make } from './elements.ts';

/** Clients that are gone stay in the list up to this length. */
const MAX_ENTRIES = 20;

/** Who is connected, and who was. */
export class ClientList {
  readonly #list = element('clients', HTMLOListElement);
  readonly #nobody = element('no-clients', HTMLParagraphElement);
  readonly #entries = new Map<string, HTMLLIElement>();

  clear(): void {
    this.#entries.clear();
    this.#list.replaceChildren();
    this.#nobody.hidden = false;
  }

  on(event: ClientEvent): void {
    if (event.type === 'connected') {
      this.#add(event);
    } else {
      this.#markGone(event.session);
    }
  }

  #add({ session, user, application, address }: ClientEvent): void {
    const entry = make('li');
    const since = new Date().toLocaleTimeString();
    entry.append(
      make('strong', application || 'a client'),
      make('span', `${user} from ${address}`),
      make('span', `since ${since}`, 'note'),
    );
    entry.dataset.testid = 'client';
    entry.dataset.state = 'connected';
    this.#entries.set(session, entry);
    this.#list.prepend(entry);
    this.#nobody.hidden = true;
    while (this.#list.children.length > MAX_ENTRIES) {
      this.#list.lastElementChild?.remove();
    }
  }

  #markGone(session: string): void {
    const entry = this.#entries.get(session);
    this.#entries.delete(session);
    if (entry !== undefined) {
      entry.classList.add('gone');
      entry.dataset.state = 'disconnected';
      entry.append(make('span', `until ${new Date().toLocaleTimeString()}`, 'note'));
    }
  }
}
