import { fork } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../protocol/errors.ts'
import { createProcessLog } from '../process-log.ts'
import { type Closers, runProcess } from '../run-process.ts'

/** A process that opens and closes three things as it is told, and writes down what it does. */
const [behaviour = '', diary = ''] = process.argv.slice(2)
const log = createProcessLog('small', 'info')
const write = (text: string) => appendFileSync(diary, `${text}\n`)

const open = (closers: Closers, name: string, close = async () => {}) => {
  write(`open ${name}`)
  closers.push(async () => {
    await close()
    write(`close ${name}`)
  })
}

async function start(closers: Closers): Promise<unknown> {
  open(closers, 'a', async () => {
    // Long enough for the start to go on meanwhile.
    if (behaviour === 'starts slowly') await sleep(300)
  })
  if (behaviour === 'fails half-way') throw new AppError('bad_request', 'Port 1 is in use: choose another')
  if (behaviour === 'starts slowly') {
    process.once('disconnect', () => write('lost'))
    while (process.connected) await sleep(5)
    await sleep(20)
  }
  open(closers, 'b', async () => {
    if (behaviour === 'cannot close') throw new Error('cannot close b')
    if (behaviour === 'hangs') {
      write('hanging')
      await sleep(60_000)
    }
  })
  open(closers, 'c')
  if (behaviour === 'throws') setImmediate(() => JSON.parse('not JSON'))
  if (behaviour === 'throws when told') {
    process.once('message', () => {
      log.info('told')
      JSON.parse('not JSON')
    })
  }
  if (behaviour === 'rejects') void Promise.reject(new Error('nobody caught me'))
  setInterval(() => {}, 60_000)
  return { port: 7 }
}

if (behaviour === 'supervises') {
  const child = fork(import.meta.filename, ['serves', diary])
  child.once('message', () => process.send?.({ childPid: child.pid }))
} else {
  await runProcess(log, start)
}
