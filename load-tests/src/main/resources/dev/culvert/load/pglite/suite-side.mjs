// The SQL of PGlite's own tests, as PGlite in Node answers it: node suite-side.mjs PACKAGE TESTS OUT
// For each test file, a new database; for each literal that it passes to exec, query or sql, one
// Query. OUT gets a line of JSON each: file, sql, answer (base64; null when PGlite threw).
import { appendFileSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [folder, tests, out] = process.argv.slice(2)
const load = (path) => import(pathToFileURL(join(folder, 'dist', path)))
const { PGlite } = await load('index.js')
const STATEMENT = /\.(?:exec|query|sql)(?:<[^(]*>)?\(?\s*(?:`([^`]*)`|'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)")/g

function query(sql) {
  const text = new TextEncoder().encode(`${sql}\0`)
  const message = new Uint8Array(5 + text.length)
  message[0] = 0x51
  new DataView(message.buffer).setInt32(1, 4 + text.length)
  message.set(text, 5)
  return message
}

writeFileSync(out, '')
for (const name of readdirSync(tests, { recursive: true }).sort()) {
  if (!/\.test\.(js|ts)$/.test(name) || name.startsWith('targets')) continue
  const source = readFileSync(join(tests, name), 'utf8')
  const statements = [...source.matchAll(STATEMENT)]
    .map((match) => match[1] ?? match[2] ?? match[3])
    .filter((sql) => sql.trim() && !sql.includes('${'))
    .map((sql) => sql.replaceAll("\\'", "'").replaceAll('\\\\', '\\'))
  const extensions = {}
  for (const [, extension] of source.matchAll(/dist\/contrib\/(\w+)/g)) {
    extensions[extension] = (await load(`contrib/${extension}.js`))[extension]
  }
  const db = await PGlite.create({ extensions })
  for (const sql of statements) {
    let answer = null
    try {
      answer = Buffer.from(db.execProtocolRawSync(query(sql))).toString('base64')
    } catch {
      // the JVM has to answer something, at least
    }
    appendFileSync(out, `${JSON.stringify({ file: name, sql, answer })}\n`)
  }
  await db.close().catch(() => {})
}
process.exit(0)
