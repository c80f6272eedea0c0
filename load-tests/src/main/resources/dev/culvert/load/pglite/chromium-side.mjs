// PGlite in Chromium, as dev.culvert.load.pglite.ChildSide drives it:
//   node chromium-side.mjs AGENT_FOLDER RELAY_PORT CA_FILE DOMAIN
// reads lines as node-side.mjs does, for a PGlite in a page of its own; `share` shares another one with the
// relay's page, and prints its URL.
import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { connect } from 'node:tls'
import { pathToFileURL } from 'node:url'

const [folder, port, caFile, domain] = process.argv.slice(2)
const { chromium } = await import(
  pathToFileURL(`${folder}/node_modules/playwright-core/index.mjs`)
)
const PGLITE = 'https://pglite.test/'
const TYPES = { js: 'text/javascript', html: 'text/html', wasm: 'application/wasm' }

/** The relay's public key, the only one that the browser is told to trust. */
async function keyHash() {
  const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca: readFileSync(caFile) })
  await once(socket, 'secureConnect')
  const key = new X509Certificate(socket.getPeerCertificate().raw).publicKey
  socket.destroy()
  return createHash('sha256').update(key.export({ type: 'spki', format: 'der' })).digest('base64')
}

const browser = await chromium.launch({
  executablePath: process.env.CULVERT_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // neither page is to be slowed down for being behind the other
    '--disable-background-timer-throttling',
    '--disable-renderer-backgrounding',
    '--disable-backgrounding-occluded-windows',
    `--host-resolver-rules=MAP *.${domain} 127.0.0.1`,
    `--ignore-certificate-errors-spki-list=${await keyHash()}`,
  ],
})

/** A page of PGlite's package and nothing else, whose clock is as fine as Chromium has it. */
async function alonePage() {
  const page = await browser.newPage()
  await page.route(`${PGLITE}**`, (route) => {
    const name = new URL(route.request().url()).pathname.slice(1) || 'index.html'
    route.fulfill({
      body:
        name === 'index.html'
          ? '<!doctype html><title>PGlite</title>'
          : readFileSync(`${folder}/node_modules/@electric-sql/pglite/dist/${name}`),
      headers: {
        'Content-Type': TYPES[name.split('.').pop()] ?? 'application/octet-stream',
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      },
    })
  })
  await page.goto(PGLITE)
  await page.evaluate(async (url) => {
    const { PGlite } = await import(url)
    globalThis.db = await PGlite.create()
    globalThis.cases = []
  }, `${PGLITE}index.js`)
  return page
}

/** Runs in the page. The clock has steps of 5 µs: fast batches are timed ten at a time. */
function time([number, millis]) {
  const batch = globalThis.cases[number]
  const run = () => globalThis.db.execProtocolRawSync(batch)
  const first = performance.now()
  run()
  const together = performance.now() - first < 1 ? 10 : 1
  const samples = []
  const end = performance.now() + millis
  do {
    const start = performance.now()
    for (let i = 0; i < together; i++) run()
    samples.push((performance.now() - start) / together)
  } while (performance.now() < end)
  return samples.sort((a, b) => a - b)[samples.length >> 1] * 1000
}

async function share() {
  const page = await browser.newPage()
  await page.goto(`https://localhost:${port}/`)
  await page.waitForSelector('[data-testid=page][data-state=ready]')
  await page.getByTestId('share').click()
  await page.waitForSelector('[data-testid=page][data-state=sharing]')
  return page.getByTestId('url').textContent()
}

const alone = await alonePage()
console.log('ready')
for await (const line of createInterface({ input: process.stdin })) {
  const [command, argument, millis] = line.split(' ')
  if (command === 'case') {
    await alone.evaluate(
      (bytes) => globalThis.cases.push(new Uint8Array(bytes)),
      [...Buffer.from(argument, 'base64')],
    )
  } else if (command === 'once') {
    await alone.evaluate((n) => {
      globalThis.db.execProtocolRawSync(globalThis.cases[n])
    }, Number(argument))
  } else if (command === 'share') console.log(await share())
  else console.log(await alone.evaluate(time, [Number(argument), Number(millis)]))
}
await browser.close()
process.exit(0)
