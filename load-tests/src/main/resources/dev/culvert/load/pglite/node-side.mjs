// PGlite in Node, as dev.culvert.load.pglite.ChildSide drives it:
//   node node-side.mjs PACKAGE          reads lines `case BASE64`, `once N`, `time N MILLISECONDS`; the
//                                       answer to `time` is the median of its runs, in microseconds
//   node node-side.mjs PACKAGE FOLDER   opens the data directory; prints milliseconds and kilobytes
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

const [folder, data] = process.argv.slice(2)
const before = performance.now()
const { PGlite } = await import(pathToFileURL(`${folder}/dist/index.js`))
const db = await PGlite.create(data)

function time(batch, millis) {
  const samples = []
  const end = performance.now() + millis
  do {
    const start = performance.now()
    db.execProtocolRawSync(batch)
    samples.push(performance.now() - start)
  } while (performance.now() < end)
  return samples.sort((a, b) => a - b)[samples.length >> 1] * 1000
}

if (data) {
  await db.query('select 1')
  const resident = /VmRSS:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]
  console.log(`${performance.now() - before} ${resident}`)
  process.exit(0)
}

const cases = []
console.log('ready')
for await (const line of createInterface({ input: process.stdin })) {
  const [command, argument, millis] = line.split(' ')
  if (command === 'case') cases.push(new Uint8Array(Buffer.from(argument, 'base64')))
  else if (command === 'once') db.execProtocolRawSync(cases[argument])
  else console.log(time(cases[argument], Number(millis)))
}
process.exit(0)
