import { WebSocket } from 'ws';
import { HEADER_BYTES, MAX_PAYLOAD_BYTES } from '../frame.ts';
import type { WebSocketConstructor } from '../websocket.ts';

/**
 * A WebSocket class for Node.
 *
 * @param ca certificates in PEM that are trusted instead of the system's, for a relay whose
 *   certificate comes from a development CA
 */
export function nodeWebSocket(ca?: string): WebSocketConstructor {
  return class NodeWebSocket extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols, {
        perMessageDeflate: false,
        maxPayload: HEADER_BYTES + MAX_PAYLOAD_BYTES,
        ...(ca === undefined ? {} : { ca }),
      });
    }
  };
}
