import type { WebSocketConstructor } from './websocket.ts';

/** The WebSocket used when none is injected: in browsers, Deno and Bun the global one. */
export const DefaultWebSocket: WebSocketConstructor = globalThis.WebSocket;
