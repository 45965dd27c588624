import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppError } from '../../../protocol/errors.ts'
import { lockFolder } from './folder-lock.ts'

const PROCESSES = 50
const holderPath = join(import.meta.dirname, '..', 'testing', 'hold-lock.ts')

let folder = ''
let children: ChildProcess[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearth-lock-'))
})
afterEach(async () => {
  await Promise.all(children.map(kill))
  children = []
  rmSync(folder, { recursive: true, force: true })
})

function startHolder(): ChildProcess {
  const child = fork(holderPath, [folder], { execArgv: [] })
  children.push(child)
  return child
}

async function answerOf(child: ChildProcess): Promise<{ won: boolean; message?: string }> {
  const [answer] = await once(child, 'message')
  return answer
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

test(`of ${PROCESSES} processes at once exactly one wins, and the others name it`, async () => {
  const started = Array.from({ length: PROCESSES }, startHolder)
  const answers = await Promise.all(started.map(answerOf))
  const winners = started.filter((_, at) => answers[at]?.won)
  expect(winners).toHaveLength(1)

  const late = await answerOf(startHolder())
  expect(late.won).toBe(false)
  expect(late.message).toContain(`process ${winners[0]?.pid} on `)
  for (const answer of answers.filter(({ won }) => !won)) {
    expect(answer.message).toContain(`${folder} is in use by another Hearth`)
  }
})

test('kill -9 of the holder frees the folder', async () => {
  const holder = startHolder()
  await answerOf(holder)
  await expect(lockFolder(folder, 'data')).rejects.toThrow(AppError)
  await kill(holder)
  const lock = await lockFolder(folder, 'data')
  lock.release()
})

test('a waiter gets the folder when the holder lets go', async () => {
  const holder = startHolder()
  await answerOf(holder)
  const waiting = lockFolder(folder, 'data', 10_000)
  await kill(holder)
  const lock = await waiting
  lock.release()
})

test('a holder’s number that now belongs to somebody else keeps nobody out', async () => {
  const holder = startHolder()
  await answerOf(holder)
  await kill(holder)
  // The number of a process that is alive and has nothing to do with it: this one's parent.
  const left = JSON.parse(readFileSync(join(folder, 'data.holder.json'), 'utf8'))
  writeFileSync(join(folder, 'data.holder.json'), JSON.stringify({ ...left, pid: process.ppid }))
  const lock = await lockFolder(folder, 'data')
  lock.release()
})

test('a released folder can be taken again, and two names do not meet', async () => {
  const first = await lockFolder(folder, 'data')
  const other = await lockFolder(folder, 'database')
  await expect(lockFolder(folder, 'data')).rejects.toMatchObject({ code: 'conflict' })
  first.release()
  const again = await lockFolder(folder, 'data')
  again.release()
  other.release()
})
