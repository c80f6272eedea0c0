import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:tls';
import { type Browser, chromium } from 'playwright-core';
import { within } from '../../test/support/wait.ts';
import type { RelayProgram } from './program.ts';

/** Starts a Chromium that trusts the relay, and finds all its tunnels on this machine. */
export async function launchBrowser(relay: RelayProgram): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CULVERT_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--host-resolver-rules=MAP *.${relay.domain} 127.0.0.1`,
      `--ignore-certificate-errors-spki-list=${await keyHash(relay)}`,
    ],
  });
}

/** The hash of the relay's public key, the only one that the browser is told to trust. */
async function keyHash({ httpsPort, caFile }: RelayProgram): Promise<string> {
  const socket = connect({
    host: '127.0.0.1',
    port: httpsPort,
    servername: 'localhost',
    ca: await readFile(caFile),
  });
  await within('TLS', once(socket, 'secureConnect'));
  const certificate = new X509Certificate(socket.getPeerCertificate().raw);
  socket.destroy();
  const key = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}
