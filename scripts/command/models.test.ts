import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { keepManifest } from '../../agents/vision/models/keep-manifest.ts'
import { FileServer } from '../../agents/vision/models/testing/file-server.ts'
import { LocalAccess } from '../../coordinator/accounts/local-access.ts'
import {
  addAgent,
  cookieOf,
  startTestServer,
  type TestServer,
} from '../../coordinator/http/testing/test-server.ts'
import { takeVisionReport } from '../../coordinator/models/take-vision-report.ts'
import type { AgentModel } from '../../protocol/models.ts'
import { writeTinyModels } from '../fixtures/onnx/tiny-models.ts'
import { ConsoleScreen } from '../start/console-screen.ts'
import { modelsOfMachine } from './models/models-of-machine.ts'
import { modelsCommand } from './models.ts'
import { type CommandEnd, HearthCommand } from './testing/hearth-command.ts'

const screen = new ConsoleScreen(process.stderr)

let base = ''
let folder = ''
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'hearth-models-'))
})
beforeEach(async () => {
  folder = await mkdtemp(join(base, 'folder-'))
})
afterAll(() => rm(base, { recursive: true }))

const models = (...words: string[]): Promise<CommandEnd> =>
  HearthCommand.run(['models', ...words, '--folder', folder, '--data', join(base, 'nobody')])

/** A model whose only file is not here, and on a server. */
async function offerForDownload(): Promise<FileServer> {
  const [manifest] = await writeTinyModels(folder, ['tiny-yolox'])
  const path = join(folder, 'tiny-yolox', 'model.onnx')
  const server = await FileServer.start(await readFile(path))
  await rm(path)
  await keepManifest(folder, { ...manifest!, files: [{ ...manifest!.files[0]!, url: server.url }] })
  return server
}

test('without a Hearth it lists the models of this machine, and what is missing', async () => {
  await writeTinyModels(folder, ['tiny-yolox', 'broken-truncated'])
  const { exitCode, report, said } = await models('list')
  expect(exitCode).toBe(0)
  expect(report).toMatch(/^ID +TASK +HERE +SIZE +LICENCE +NAME/)
  expect(report).toMatch(/^tiny-yolox +detect +ready .* made by Hearth; understands nothing/m)
  expect(report).toMatch(/^yolox-nano +detect +missing +3\.7 MB +Apache-2\.0/m)
  expect(said).toContain('broken-truncated is broken. model.onnx is no whole ONNX file')
})

test('a model is not downloaded before somebody has agreed to its licence', async () => {
  await using server = await offerForDownload()
  const { exitCode, said } = await models('pull', 'tiny-yolox')
  expect(exitCode).toBe(2)
  expect(said).toContain('licence  made by Hearth; understands nothing')
  expect(said).toContain(`from     ${server.url}`)
  expect(said).toContain('say --yes')
  expect(server.ranges).toEqual([])
})

test('a model that has been agreed to arrives, is proved and is ready; again there is nothing to do', async () => {
  await using server = await offerForDownload()
  const pulled = await models('pull', 'tiny-yolox', '--yes', '--json')
  expect(pulled).toMatchObject({ exitCode: 0, said: expect.stringContaining('notices it') })
  expect(JSON.parse(pulled.report)).toMatchObject([{ state: 'ready' }])
  expect(await models('pull', 'tiny-yolox', '--yes')).toMatchObject({
    exitCode: 0,
    said: expect.stringContaining('tiny-yolox is here already'),
  })
  expect(server.ranges).toHaveLength(1)
})

test('a download of something else fails, and leaves nothing behind', async () => {
  await using server = await offerForDownload()
  server.content = Buffer.alloc(server.content.length)
  const { exitCode, said } = await models('pull', 'tiny-yolox', '--yes')
  expect(exitCode).toBe(1)
  expect(said).toContain('gives another file than the manifest')
  expect(await readdir(join(folder, 'tiny-yolox'))).toEqual(['model.yaml'])
})

test('a model that is not for downloading is asked for by its hash', async () => {
  const { exitCode, said } = await models('pull', 'mobilenet-v2', '--yes')
  expect(exitCode).toBe(1)
  expect(said).toContain('mobilenet_v2_imagenet.onnx is not for downloading')
  expect(said).toContain('0ea7bc78e57bdaac')
})

test('verifying reads files through whatever is remembered, and accepting takes them as they are', async () => {
  await writeTinyModels(folder, ['tiny-yolox', 'tiny-yolov8'])
  expect(await models('verify')).toMatchObject({
    exitCode: 0,
    said: expect.stringContaining('tiny-yolox is right'),
  })

  // Another good file, and a memory that says it is the old one.
  const memory = JSON.parse(await readFile(join(folder, '.verified.json'), 'utf8'))
  await copyFile(join(folder, 'tiny-yolov8', 'model.onnx'), join(folder, 'tiny-yolox', 'model.onnx'))
  const wrong = await models('verify', 'tiny-yolox')
  expect(wrong.exitCode).toBe(1)
  expect(wrong.said).toMatch(/tiny-yolox is broken\. model\.onnx has \d+ bytes instead of/)
  expect(wrong.said).toContain('hearth models verify --accept tiny-yolox')
  expect(memory['tiny-yolox/model.onnx'].sha256).toMatch(/^[0-9a-f]{64}$/)

  expect((await models('verify', '--accept', 'tiny-yolox')).exitCode).toBe(0)
  expect((await models('verify')).exitCode).toBe(0)
})

test('an ONNX file of one’s own is copied, measured and described', async () => {
  const elsewhere = await mkdtemp(join(base, 'elsewhere-'))
  await writeTinyModels(elsewhere, ['tiny-yolov8'])
  const file = join(elsewhere, 'tiny-yolov8', 'model.onnx')
  await writeFile(join(elsewhere, 'names.txt'), 'red\ngreen\nblue\n')
  const words = ['--id', 'mine', '--task', 'detect', '--family', 'yolov8', '--licence', 'mine']
  const added = await models('add', file, ...words, '--classes', join(elsewhere, 'names.txt'))
  expect(added).toMatchObject({ exitCode: 0, said: expect.stringContaining('hearth models use detect mine') })
  expect((await readdir(join(folder, 'mine'))).sort()).toEqual(['model.onnx', 'model.yaml', 'names.txt'])
  expect((await models('list')).report).toMatch(/^mine +detect +ready/m)
  expect(await models('add', file, ...words)).toMatchObject({
    exitCode: 2,
    said: expect.stringContaining('--id'),
  })
})

test('what is no model, or wants files of others, is not taken in', async () => {
  const elsewhere = await mkdtemp(join(base, 'elsewhere-'))
  await writeTinyModels(elsewhere, ['broken-foreign', 'broken-curious'])
  const add = (id: 'broken-foreign' | 'broken-curious') => {
    const words = ['--id', id, '--task', 'detect', '--family', 'yolov8', '--licence', 'x', '--folder', folder]
    return modelsCommand.run(['add', join(elsewhere, id, 'model.onnx'), ...words], screen)
  }
  await expect(add('broken-foreign')).rejects.toThrow('is no whole ONNX file')
  await expect(add('broken-curious')).rejects.toThrow(
    '"../../../etc/passwd" is no name for a file of a model',
  )
  expect(await readdir(folder)).toEqual([])
})

test.each([
  [['pull'], 'ID is missing'],
  [['pull', 'yolox-nan'], 'did you mean yolox-nano?'],
  [['add', 'x.onnx'], 'cannot be read'],
  [['use', 'detekt', 'yolox-nano'], 'There is no task detekt'],
  [['bring'], 'There is no hearth models bring'],
])('%j says what is wrong', async (words, sentence) => {
  await expect(modelsCommand.run(words, screen)).rejects.toThrow(sentence)
})

test('with a Hearth it lists what is in use and where, and chooses', async () => {
  const data = await mkdtemp(join(base, 'data-'))
  const localAccess = new LocalAccess(data)
  await using server: TestServer = await startTestServer({ localAccess })
  await localAccess.publish(server.url, null)
  await cookieOf(server.db, 'admin')
  const worker = await addAgent(server.db, 'worker', [])
  await writeTinyModels(folder, ['tiny-yolox', 'tiny-yolov8'])
  const here = await modelsOfMachine(folder)
  const report = here.models.map(
    ({ card, state, reason }): AgentModel => ({ ...card, state, reason, running: null }),
  )
  await takeVisionReport(server.db, worker.id, { models: report, providers: [] })
  const run = (...words: string[]) => HearthCommand.run(['models', ...words, '--data', data])

  const chosen = await run('use', 'detect', 'tiny-yolov8', '--json')
  expect(chosen).toMatchObject({
    exitCode: 0,
    said: expect.stringMatching(/tiny-yolov8@\w+ is in use for detect/),
  })
  const list = await HearthCommand.run(['models', '--data', data, '--folder', folder])
  expect(list.report).toMatch(/^tiny-yolov8 +detect +ready +yes +worker/m)
  expect(list.report).toMatch(/^tiny-yolox +detect +ready +worker/m)
  expect((await run('use', 'detect', 'nothing')).said).toContain('There is no model nothing for detect')
  expect((await run('use', 'detect', 'none')).said).toContain('Nothing is in use for detect')
})
