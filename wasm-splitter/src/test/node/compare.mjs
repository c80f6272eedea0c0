// Runs SQL on two builds of PGlite and compares what they answer, byte by byte.
//
//   node compare.mjs path/to/@electric-sql/pglite/dist other.wasm corpus.sql…
//
// Every file runs on a fresh database of each build, statement by statement: once as a simple query,
// and, if it is a SELECT, once more with the extended protocol and binary results.
import { readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const [dist, other, ...files] = process.argv.slice(2)
if (files.length === 0) {
  console.error('usage: compare.mjs PGLITE_DIST OTHER_WASM CORPUS_SQL…')
  process.exit(2)
}
const { PGlite } = await import(pathToFileURL(resolve(dist, 'index.js')).href)
const pgliteWasmModule = await WebAssembly.compile(readFileSync(other))

/** Statements end with a semicolon that is in no quotes, parentheses or comment. */
function statements(sql) {
  const token =
    /--[^\n]*|\/\*[\s\S]*?\*\/|E'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|BEGIN ATOMIC[\s\S]*?END;|[();]/gi
  const found = []
  sql = sql.replace(/^\\.*$/gm, '') // psql's own commands
  let start = 0
  let depth = 0
  for (const match of sql.matchAll(token)) {
    if (match[0] === '(') depth++
    else if (match[0] === ')') depth = Math.max(0, depth - 1)
    else if (match[0] === ';' && depth === 0) {
      found.push(sql.slice(start, match.index).trim())
      start = match.index + 1
    }
  }
  // a COPY from the client waits for data that nobody sends
  return found.filter((statement) => statement !== '' && !/\bfrom\s+stdin\b/i.test(statement))
}

function message(type, ...parts) {
  const body = Buffer.concat(parts)
  const head = Buffer.alloc(5)
  head.write(type, 0, 'latin1')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const text = (value) => Buffer.from(`${value}\0`)
const int16 = (value) => Buffer.from([value >> 8, value & 0xff])
const int32 = (value) => Buffer.concat([int16(value >> 16), int16(value & 0xffff)])

const simple = (sql) => message('Q', text(sql))
const extended = (sql) =>
  Buffer.concat([
    message('P', text(''), text(sql), int16(0)),
    message('B', text(''), text(''), int16(0), int16(0), int16(1), int16(1)),
    message('D', Buffer.from('P'), text('')),
    message('E', text(''), int32(0)),
    message('S'),
  ])

async function answer(db, request) {
  try {
    return Buffer.from(await db.execProtocolRaw(new Uint8Array(request)))
  } catch (error) {
    return Buffer.from(`thrown: ${error.message}`)
  }
}

/** Letters of the messages in an answer, for a failure that can be read. */
function shape(bytes) {
  return bytes.toString('latin1').replace(/[^\x20-\x7e]+/g, ' ').slice(0, 300)
}

let compared = 0
let errors = 0
let different = 0
for (const file of files) {
  const [one, two] = await Promise.all([PGlite.create(), PGlite.create({ pgliteWasmModule })])
  const seen = { compared: 0, errors: 0, different: 0 }
  for (const sql of statements(readFileSync(file, 'utf8'))) {
    const requests = [simple(sql)]
    if (/^\s*(select|values|with|table)\b/i.test(sql)) requests.push(extended(sql))
    for (const request of requests) {
      const expected = await answer(one, request)
      const actual = await answer(two, request)
      seen.compared++
      if (expected[0] === 0x45 || expected.includes('SERROR\0')) seen.errors++
      if (!expected.equals(actual)) {
        seen.different++
        console.log(`${basename(file)}: ${sql}\n  expected ${shape(expected)}\n  but was  ${shape(actual)}`)
      }
    }
  }
  await Promise.all([one.close(), two.close()])
  console.log(
    `${basename(file)}: ${seen.compared} answers compared, ${seen.errors} of them errors, ${seen.different} different`,
  )
  compared += seen.compared
  errors += seen.errors
  different += seen.different
}
console.log(`${compared} answers compared, ${errors} of them errors, ${different} different`)
process.exit(different === 0 ? 0 : 1)
