// Runs PGlite in Node, next to the same in the JVM.
//   node node-pglite.mjs PACKAGE dump OUT SQL…        a new database, the statements, its dump
//   node node-pglite.mjs PACKAGE load DUMP SQL…       the last statement's rows as JSON
//   node node-pglite.mjs PACKAGE corpus IN OUT        messages in, answers out, each after its length
import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const [folder, command, file, ...rest] = process.argv.slice(2)
const { PGlite } = await import(pathToFileURL(`${folder}/dist/index.js`))

if (command === 'dump') {
  const db = await PGlite.create()
  for (const sql of rest) await db.exec(sql)
  writeFileSync(file, Buffer.from(await (await db.dumpDataDir('gzip')).arrayBuffer()))
} else if (command === 'load') {
  const db = await PGlite.create({ loadDataDir: new Blob([readFileSync(file)]) })
  let rows
  for (const sql of rest) rows = (await db.query(sql)).rows
  process.stdout.write(JSON.stringify(rows))
} else {
  const db = await PGlite.create()
  const batches = readFileSync(file)
  const answers = []
  for (let at = 0; at < batches.length; ) {
    const length = batches.readInt32BE(at)
    const answer = await db.execProtocolRaw(new Uint8Array(batches.subarray(at + 4, at + 4 + length)))
    const header = Buffer.alloc(4)
    header.writeInt32BE(answer.length)
    answers.push(header, Buffer.from(answer))
    at += 4 + length
  }
  writeFileSync(rest[0], Buffer.concat(answers))
}
process.exit(0)
