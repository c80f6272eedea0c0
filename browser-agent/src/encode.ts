import {
  type AgentFrame,
  FLAG_BUSY,
  FLAG_END,
  FLAG_HIDDEN,
  FrameType,
  HEADER_BYTES,
} from './frame.ts';

const utf8 = new TextEncoder();
const NOTHING = new Uint8Array(0);

/** A frame's bytes, over a buffer of their own (which is what `WebSocket.send` takes). */
export type FrameBytes = Uint8Array<ArrayBuffer>;

/** Encodes one frame as an agent sends it, for one binary WebSocket message. */
export function encodeFrame(frame: AgentFrame): FrameBytes {
  switch (frame.type) {
    case 'HELLO':
      return assemble(FrameType.HELLO, 0, 0, json(frame.hello));
    case 'ACCEPT':
      return assemble(FrameType.ACCEPT, 0, frame.stream, NOTHING);
    case 'REJECT':
      return assemble(FrameType.REJECT, 0, frame.stream, json(frame.refusal));
    case 'DATA':
      return assemble(FrameType.DATA, frame.end ? FLAG_END : 0, frame.stream, frame.payload);
    case 'CREDIT': {
      const bytes = assemble(FrameType.CREDIT, 0, frame.stream, new Uint8Array(4));
      new DataView(bytes.buffer).setUint32(HEADER_BYTES, frame.bytes);
      return bytes;
    }
    case 'CLOSE':
      return assemble(
        FrameType.CLOSE,
        0,
        frame.stream,
        frame.refusal === undefined ? NOTHING : json(frame.refusal),
      );
    case 'PING':
      return assemble(FrameType.PING, 0, 0, frame.payload);
    case 'PONG':
      return assemble(
        FrameType.PONG,
        (frame.busy ? FLAG_BUSY : 0) | (frame.hidden ? FLAG_HIDDEN : 0),
        0,
        frame.payload,
      );
    case 'ACK': {
      const bytes = assemble(FrameType.ACK, 0, 0, new Uint8Array(8));
      new DataView(bytes.buffer).setBigUint64(HEADER_BYTES, BigInt(frame.count));
      return bytes;
    }
    case 'GOAWAY':
      return assemble(FrameType.GOAWAY, 0, 0, json(frame.goAway));
  }
}

/**
 * Encodes DATA straight from the pieces of an answer, so that they are copied once.
 *
 * @param pieces what the payload consists of; together `length` bytes
 */
export function encodeData(
  stream: number,
  end: boolean,
  pieces: readonly Uint8Array[],
  length: number,
): FrameBytes {
  const bytes = header(FrameType.DATA, end ? FLAG_END : 0, stream, length);
  let at = HEADER_BYTES;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function json(value: object): Uint8Array {
  return utf8.encode(JSON.stringify(value));
}

function assemble(type: number, flags: number, stream: number, payload: Uint8Array): FrameBytes {
  const bytes = header(type, flags, stream, payload.length);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/** type u8, flags u8, reserved u16 = 0, stream u32, then room for the payload. */
function header(type: number, flags: number, stream: number, payloadLength: number): FrameBytes {
  const bytes = new Uint8Array(HEADER_BYTES + payloadLength);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, type);
  view.setUint8(1, flags);
  view.setUint32(4, stream);
  return bytes;
}
