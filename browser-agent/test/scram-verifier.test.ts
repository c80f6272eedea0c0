import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { expect, test } from 'vitest';
import { makePassword, makeVerifier } from '../src/scram-verifier.ts';

/** RFC 5802, section 3, with Node's own functions. */
function reference(password: string, salt: Buffer, iterations: number): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64');
  const serverKey = hmac('Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

// The exchange of RFC 7677, section 3: user "user", password "pencil".
const SALT = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');

test('the password and salt of RFC 7677 give the verifier that its proofs fit', async () => {
  const verifier = await makeVerifier('pencil', new Uint8Array(SALT));
  expect(verifier).toBe(reference('pencil', SALT, 4_096));

  const [storedKey = '', serverKey = ''] = (verifier.split('$')[2] ?? '').split(':');
  const message =
    'n=user,r=rOprNGfwEbeRWgbNEkqO,' +
    'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,' +
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
  const sign = (key: string) =>
    createHmac('sha256', Buffer.from(key, 'base64')).update(message).digest();
  expect(sign(serverKey).toString('base64')).toBe('6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
  const proof = Buffer.from('dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=', 'base64');
  const clientKey = sign(storedKey).map((byte, i) => byte ^ (proof[i] ?? 0));
  expect(createHash('sha256').update(clientKey).digest('base64')).toBe(storedKey);
});

test('salts are random, and a password is prepared as clients do it', async () => {
  expect(await makeVerifier('x')).not.toBe(await makeVerifier('x'));
  const salt = new Uint8Array(SALT);
  expect(await makeVerifier('a\u00a0b\u00adc\u2168', salt)).toBe(
    await makeVerifier('a bcIX', salt),
  );
});

test('passwords have 192 bits in characters that need no escaping', () => {
  expect(makePassword()).toMatch(/^[A-Za-z0-9_-]{32}$/);
  expect(makePassword()).not.toBe(makePassword());
});
