/**
 * What Postgres stores in place of a password (RFC 5802, RFC 7677), so that the relay can check a
 * password that it never learns.
 */

/** As many as Postgres itself uses by default. */
export const SCRAM_ITERATIONS = 4_096;
/** As long as Postgres's own salts. */
const SALT_BYTES = 16;
/** 24 bytes are 192 bits, 32 characters in base64. */
const PASSWORD_BYTES = 24;

const utf8 = new TextEncoder();

/** A random password of 192 bits in characters that need no escaping in URLs or shells. */
export function makePassword(): string {
  return base64(crypto.getRandomValues(new Uint8Array(PASSWORD_BYTES)))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
}

/**
 * Makes a verifier: `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`.
 *
 * @param salt random unless a test says otherwise
 */
export async function makeVerifier(
  password: string,
  salt: Uint8Array<ArrayBuffer> = crypto.getRandomValues(new Uint8Array(SALT_BYTES)),
  iterations = SCRAM_ITERATIONS,
): Promise<string> {
  const material = await crypto.subtle.importKey(
    'raw',
    utf8.encode(prepare(password)),
    'PBKDF2',
    false,
    ['deriveBits'],
  );
  const saltedPassword = await crypto.subtle.deriveBits(
    { name: 'PBKDF2', hash: 'SHA-256', salt, iterations },
    material,
    256,
  );
  const clientKey = await hmac(saltedPassword, 'Client Key');
  const storedKey = await crypto.subtle.digest('SHA-256', clientKey);
  const serverKey = await hmac(saltedPassword, 'Server Key');
  return `SCRAM-SHA-256$${iterations}:${base64(salt)}$${base64(storedKey)}:${base64(serverKey)}`;
}

async function hmac(key: ArrayBuffer, text: string): Promise<ArrayBuffer> {
  const imported = await crypto.subtle.importKey(
    'raw',
    key,
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  return crypto.subtle.sign('HMAC', imported, utf8.encode(text));
}

/**
 * What clients do to a password before they hash it (SASLprep, RFC 4013), as far as it changes
 * text: other spaces become spaces, invisible characters go, the rest is normalised to NFKC.
 */
function prepare(password: string): string {
  return password
    .replace(/[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu, ' ')
    .replace(
      /\u00ad|\u034f|\u1806|[\u180b-\u180d]|\u200c|\u200d|\u2060|[\ufe00-\ufe0f]|\ufeff/gu,
      '',
    )
    .normalize('NFKC');
}

function base64(bytes: ArrayBuffer | Uint8Array): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}
