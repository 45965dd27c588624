import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AgentConfig } from '../config/agent-config.ts'
import type { CoordinatorConfig } from '../config/coordinator-config.ts'
import type { EmbeddedConfig } from '../config/embedded-config.ts'
import type { ProcessMessage } from '../config/run-process.ts'
import { childEnvironment } from '../config/test-environment.ts'
import { generatePhotos } from './fixtures/generate-photos.ts'
import { runProgram } from './test/run-program.ts'

// Vitest compiles what it imports, so that it would not notice what Node itself cannot run: here Node runs it.
const PHOTOS = 6
const repositoryFolder = join(import.meta.dirname, '..')

let folder = ''
const children: ChildProcess[] = []

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearth-run-'))
})
afterAll(async () => {
  for (const child of children.toReversed()) await stop(child)
  rmSync(folder, { recursive: true, force: true })
})

async function startProcess(
  script: string,
  config: unknown,
): Promise<{ child: ChildProcess; info: unknown }> {
  const child = fork(join(repositoryFolder, script), [], {
    env: childEnvironment({ HEARTH_CONFIG: JSON.stringify(config), NODE_OPTIONS: undefined }),
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  children.push(child)
  const [message] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then((exit) => {
      throw new Error(`${script} ended with ${exit}`)
    }),
  ])) as [ProcessMessage]
  expect(message).toMatchObject({ type: 'ready' })
  return { child, info: message.type === 'ready' ? message.info : null }
}

async function stop(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  return (await exit)[0]
}

test('database, coordinator and agent start by themselves and stop when told', async () => {
  const database: EmbeddedConfig = {
    folder: join(folder, 'database'),
    socketFolder: folder,
    logLevel: 'warn',
  }
  await startProcess('coordinator/db/embedded/main.ts', database)
  const coordinator: Partial<CoordinatorConfig> = {
    port: 0,
    database: { socketFolder: folder },
    dataFolder: join(folder, 'data'),
    logLevel: 'warn',
  }
  const { info } = await startProcess('coordinator/main.ts', coordinator)
  const { port } = info as { port: number }
  const health = await fetch(`http://127.0.0.1:${port}/api/health`)
  expect(await health.json()).toMatchObject({ status: 'ok' })
  const agent: Partial<AgentConfig> = {
    name: 'alone',
    coordinatorUrls: [`http://127.0.0.1:${port}`],
    stateFolder: join(folder, 'agent'),
    logLevel: 'error',
  }
  await startProcess('agents/main.ts', agent)
  for (const child of children.toReversed()) expect(await stop(child)).toBe(0)
})

test('npm start reads a folder to its end and reports', async () => {
  const photos = join(folder, 'photos')
  await generatePhotos({ folder: photos, count: PHOTOS, widthPx: 640, heightPx: 480 })
  const { exitCode, stdout, stderr } = await runProgram(
    process.execPath,
    [join(repositoryFolder, 'scripts/start.ts'), photos]
      .concat(['--data', join(folder, 'hearth'), '--port', '0'])
      .concat(['--once', '--json']),
    { env: childEnvironment({ DATABASE_URL: undefined, NODE_OPTIONS: undefined }) },
  )
  expect(exitCode, stderr).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    assets: PHOTOS,
    files: PHOTOS,
    byRole: { original: PHOTOS },
    byKind: { image: PHOTOS },
    failed: [],
  })
})

test.each([
  ['scripts/start.ts', ['--help'], /Usage: npm start/, 0],
  ['scripts/hearth.ts', ['--help'], /Usage: hearth/, 0],
  ['scripts/hearth-launcher.js', ['--help'], /Usage: hearth/, 0],
  ['scripts/bench/run.ts', [], /ingest/, 2],
  ['scripts/fixtures/generate-photos.ts', [], /FOLDER/, 2],
])('%s says how to use it', async (script, parameters, said, expected) => {
  const child = spawn(process.execPath, [join(repositoryFolder, script), ...parameters], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: childEnvironment({ NODE_OPTIONS: undefined }),
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
  }
  const [exitCode] = await once(child, 'close')
  expect(text).toMatch(said)
  expect(exitCode).toBe(expected)
})
