import { nodeWebSocket } from './websocket.ts';

/** The WebSocket used when none is injected: in Node that of `ws`, since Node 20 has no other. */
export const DefaultWebSocket = nodeWebSocket();
