/** Running batches for longer than this, in milliseconds, the event loop gets a turn. */
const MAX_SLICE_MS = 8;

/**
 * Lets the event loop see to the page, the WebSocket and the owner's queries between batches.
 *
 * Not with setTimeout, which browsers slow down to a second or a minute in hidden pages.
 */
export class TimeSlice {
  #since = performance.now();

  async yieldIfOver(): Promise<void> {
    if (performance.now() - this.#since < MAX_SLICE_MS) {
      return;
    }
    await nextTask();
    this.#since = performance.now();
  }
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
