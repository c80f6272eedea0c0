import type { FrameBytes } from './encode.ts';

/**
 * What this package uses of a WebSocket; the browser's and that of `ws` both fit. Handlers take
 * `never` so that either one's event types do.
 */
export interface WebSocketLike {
  binaryType: string;
  readonly bufferedAmount: number;
  readonly protocol: string;
  readonly readyState: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  send(data: FrameBytes): void;
  close(code?: number, reason?: string): void;
}

/** Makes a WebSocket that dials at once; must offer the subprotocol and no extension it can avoid. */
export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

/** `readyState` of a WebSocket that can send. */
export const READY_STATE_OPEN = 1;

/** A close reason is at most 123 bytes of UTF-8. */
const MAX_REASON_BYTES = 123;

/** Cuts a text so that it fits a close reason. */
export function closeReason(text: string): string {
  const utf8 = new TextEncoder();
  let reason = text;
  while (utf8.encode(reason).length > MAX_REASON_BYTES) {
    reason = reason.slice(0, -1);
  }
  return reason;
}
