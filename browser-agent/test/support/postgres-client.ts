/** A plain, slow reference for the Postgres messages that the tests send and read. */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function bytes(...parts: (Uint8Array | string | number)[]): Uint8Array {
  const arrays = parts.map((part) =>
    typeof part === 'string'
      ? encoder.encode(part)
      : typeof part === 'number'
        ? Uint8Array.of(part)
        : part,
  );
  const whole = new Uint8Array(arrays.reduce((length, array) => length + array.length, 0));
  let at = 0;
  for (const array of arrays) {
    whole.set(array, at);
    at += array.length;
  }
  return whole;
}

export function i16(value: number): Uint8Array {
  return Uint8Array.of((value >> 8) & 255, value & 255);
}

export function i32(value: number): Uint8Array {
  return Uint8Array.of((value >>> 24) & 255, (value >> 16) & 255, (value >> 8) & 255, value & 255);
}

export function message(type: string, ...body: (Uint8Array | string | number)[]): Uint8Array {
  const content = bytes(...body);
  return bytes(type, i32(content.length + 4), content);
}

export function startup(): Uint8Array {
  const body = bytes(i32(196_608), 'user\0postgres\0database\0postgres\0', 0);
  return bytes(i32(body.length + 4), body);
}

export const Q = (sql: string): Uint8Array => message('Q', sql, 0);
export const P = (name: string, sql: string): Uint8Array => message('P', name, 0, sql, 0, i16(0));
export const B = (portal = '', statement = '', ...values: string[]): Uint8Array =>
  message(
    'B',
    portal,
    0,
    statement,
    0,
    i16(0),
    i16(values.length),
    ...values.flatMap((value) => [i32(encoder.encode(value).length), value]),
    i16(0),
  );
export const E = (portal = '', rows = 0): Uint8Array => message('E', portal, 0, i32(rows));
/** Describe of a statement. */
export const D = (name: string): Uint8Array => message('D', 'S', name, 0);
export const S = message('S');
export const H = message('H');

/** CopyData, CopyDone, CopyFail. */
export const d = (data: string | Uint8Array): Uint8Array => message('d', data);
export const c = message('c');
export const f = (why: string): Uint8Array => message('f', why, 0);

/** A backend message, told in short: its type, and for some types what is in it. */
export function tell(answer: Uint8Array): string[] {
  const view = new DataView(answer.buffer, answer.byteOffset, answer.byteLength);
  const told: string[] = [];
  let at = 0;
  while (at < answer.length) {
    const type = String.fromCharCode(view.getUint8(at));
    const end = at + 1 + view.getUint32(at + 1);
    const body = answer.subarray(at + 5, end);
    switch (type) {
      case 'C':
        told.push(`C:${decoder.decode(body.subarray(0, -1))}`);
        break;
      case 'D': {
        const columns = new DataView(body.buffer, body.byteOffset, body.byteLength);
        const values: string[] = [];
        let from = 2;
        for (let i = 0; i < columns.getInt16(0); i++) {
          const length = columns.getInt32(from);
          from += 4;
          values.push(length < 0 ? 'NULL' : decoder.decode(body.subarray(from, from + length)));
          from += Math.max(length, 0);
        }
        told.push(`D:${values.join(',')}`);
        break;
      }
      case 'E':
        told.push(
          `E:${decoder
            .decode(body)
            .split('\0')
            .find((field) => field.startsWith('C'))
            ?.slice(1)}`,
        );
        break;
      case 'Z':
        told.push(`Z:${decoder.decode(body)}`);
        break;
      case 'A':
        told.push(`A:${decoder.decode(body.subarray(4)).split('\0').slice(0, 2).join('=')}`);
        break;
      default:
        told.push(type);
    }
    at = end;
  }
  return told;
}
