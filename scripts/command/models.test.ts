import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { builtInModels } from '../../agents/vision/models/built-in-models.ts'
import { keepManifest } from '../../agents/vision/models/keep-manifest.ts'
import { FileServer } from '../../agents/vision/models/testing/file-server.ts'
import { LocalAccess } from '../../coordinator/accounts/local-access.ts'
import {
  addAgent,
  cookieOf,
  startTestServer,
  type TestServer,
} from '../../coordinator/http/testing/test-server.ts'
import { noModel } from '../../coordinator/models/model-in-use.ts'
import { takeVisionReport } from '../../coordinator/models/take-vision-report.ts'
import type { AppError } from '../../protocol/errors.ts'
import { type AgentModel, VisionTask } from '../../protocol/models.ts'
import { writeTinyModels } from '../fixtures/onnx/tiny-models.ts'
import { ConsoleScreen } from '../start/console-screen.ts'
import { modelsOfMachine } from './models/models-of-machine.ts'
import { modelsCommand } from './models.ts'
import { type CommandEnd, HearthCommand } from './testing/hearth-command.ts'

let base = ''
let folder = ''
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'hearth-models-'))
})
beforeEach(async () => {
  folder = await mkdtemp(join(base, 'folder-'))
})
afterAll(() => rm(base, { recursive: true }))

const hearth = (...words: string[]): Promise<CommandEnd> => HearthCommand.run(['models', ...words])

/** The command without a process of its own: all that it said, and the sentence with which it failed. */
async function inProcess(...words: string[]): Promise<{ said: string; failed: string | null }> {
  let said = ''
  const stream = { write: (text: string) => (said += text) }
  const failed = await modelsCommand.run(words, new ConsoleScreen(stream)).then(
    () => null,
    (error: AppError) => error.message,
  )
  return { said, failed }
}
const run = (...words: string[]) => inProcess(...words, '--folder', folder)

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
  const nobody = join(base, 'nobody')
  const { exitCode, report, said } = await hearth('list', '--folder', folder, '--data', nobody)
  expect(exitCode).toBe(0)
  expect(report).toMatch(/^ID +TASK +HERE +SIZE +LICENCE +NAME/)
  expect(report).toMatch(/^tiny-yolox +detect +ready .* made by Hearth; understands nothing/m)
  expect(report).toMatch(/^yolox-nano +detect +missing +3\.7 MB +Apache-2\.0/m)
  expect(said).toContain('broken-truncated is broken. model.onnx is no whole ONNX file')
})

test('a model is not downloaded before somebody has agreed to its licence', async () => {
  await using server = await offerForDownload()
  const { exitCode, said } = await hearth('pull', 'tiny-yolox', '--folder', folder)
  expect(exitCode).toBe(2)
  expect(said).toContain('licence  made by Hearth; understands nothing')
  expect(said).toContain(`from     ${server.url}`)
  expect(said).toContain('say --yes')
  expect(server.ranges).toEqual([])
})

test('a model that has been agreed to arrives, is proved and is ready; again there is nothing to do', async () => {
  await using server = await offerForDownload()
  expect(await run('pull', 'tiny-yolox', '--yes')).toEqual({
    said: expect.stringContaining(`tiny-yolox is in ${join(folder, 'tiny-yolox')}`),
    failed: null,
  })
  const { models } = await modelsOfMachine(folder)
  expect(models.find(({ card }) => card.id === 'tiny-yolox')).toMatchObject({ state: 'ready' })
  expect((await run('pull', 'tiny-yolox', '--yes')).said).toContain('tiny-yolox is here already')
  expect(server.ranges).toHaveLength(1)
})

test('a download of something else fails, and leaves nothing behind', async () => {
  await using server = await offerForDownload()
  server.content = Buffer.alloc(server.content.length)
  const { failed } = await run('pull', 'tiny-yolox', '--yes')
  expect(failed).toContain('gives another file than the manifest')
  expect(await readdir(join(folder, 'tiny-yolox'))).toEqual(['model.yaml'])
})

test('a model that arrives whole and cannot be run is said to be so', async () => {
  await using server = await offerForDownload()
  const path = join(folder, 'tiny-yolox', 'model.yaml')
  await writeFile(path, (await readFile(path, 'utf8')).replace('family: yolox', 'family: yolo99'))
  const { said, failed } = await run('pull', 'tiny-yolox', '--yes')
  expect(failed).toContain('what to do is said above')
  expect(said).toContain('does not know the family yolo99')
  expect(server.ranges).toHaveLength(1)
})

test('a model that is not for downloading is asked for by its hash', async () => {
  const { failed } = await run('pull', 'mobilenet-v2', '--yes')
  expect(failed).toContain('mobilenet_v2_imagenet.onnx is not for downloading')
  expect(failed).toContain('0ea7bc78e57bdaac')
})

test.each(VisionTask.options)(
  'what people without a model for %s are told to pull can be pulled',
  async (task) => {
    const id = /hearth models pull ([\w-]+)/.exec(noModel(task))?.[1]
    const model = (await builtInModels()).find((other) => other.id === id)
    expect(model?.task).toBe(task)
    for (const { url } of model!.files) expect(url).toMatch(/^https:/)
  },
)

test('verifying reads files through whatever is remembered, and accepting takes them as they are', async () => {
  await writeTinyModels(folder, ['tiny-yolox', 'tiny-yolov8'])
  expect(await run('verify')).toEqual({ said: expect.stringContaining('tiny-yolox is right'), failed: null })

  // Another content of the same size: only reading finds out.
  const path = join(folder, 'tiny-yolox', 'model.onnx')
  const bytes = await readFile(path)
  bytes[bytes.length - 1]! ^= 1
  await writeFile(path, bytes)
  const wrong = await run('verify', 'tiny-yolox')
  expect(wrong.said).toContain('tiny-yolox is broken. model.onnx is another file than its manifest says')
  expect(wrong.said).toContain('hearth models verify --accept tiny-yolox')
  expect(wrong.failed).toContain('what to do is said above')

  await copyFile(join(folder, 'tiny-yolov8', 'model.onnx'), path)
  expect((await run('verify', '--accept', 'tiny-yolox')).failed).toBeNull()
  expect((await run('verify')).failed).toBeNull()
})

test('an ONNX file of one’s own is copied, measured and described', async () => {
  const elsewhere = await mkdtemp(join(base, 'elsewhere-'))
  await writeTinyModels(elsewhere, ['tiny-yolov8'])
  const file = join(elsewhere, 'tiny-yolov8', 'model.onnx')
  const names = join(elsewhere, 'names.txt')
  await writeFile(names, 'red\ngreen\nblue\n')
  const words = ['--id', 'mine', '--task', 'detect', '--family', 'yolov8', '--licence', 'mine']
  const { said, failed } = await run('add', file, ...words, '--classes', names)
  expect(failed).toBeNull()
  expect(said).toContain('hearth models use detect mine')
  expect((await readdir(join(folder, 'mine'))).sort()).toEqual(['model.onnx', 'model.yaml', 'names.txt'])
  const { models } = await modelsOfMachine(folder)
  expect(models.find(({ card }) => card.id === 'mine')).toMatchObject({ state: 'ready' })
  expect((await run('add', file, ...words)).failed).toContain('--id')
})

test('what is no model, or wants files of others, is not taken in', async () => {
  const elsewhere = await mkdtemp(join(base, 'elsewhere-'))
  await writeTinyModels(elsewhere, ['broken-foreign', 'broken-curious'])
  const add = (id: 'broken-foreign' | 'broken-curious') => {
    const words = ['--id', id, '--task', 'detect', '--family', 'yolov8', '--licence', 'x']
    return run('add', join(elsewhere, id, 'model.onnx'), ...words)
  }
  expect((await add('broken-foreign')).failed).toContain('is no whole ONNX file')
  expect((await add('broken-curious')).failed).toContain('"../../../etc/passwd" is no name for a file')
  expect(await readdir(folder)).toEqual([])
})

test.each([
  [['pull'], 'ID is missing'],
  [['pull', 'yolox-nan'], 'did you mean yolox-nano?'],
  [['add', 'x.onnx'], 'cannot be read'],
  [['bring'], 'There is no hearth models bring'],
])('%j says what is wrong', async (words, sentence) => {
  expect((await run(...words)).failed).toContain(sentence)
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
  const use = (...words: string[]) => inProcess('use', ...words, '--data', data)

  const chosen = await use('detect', 'tiny-yolov8')
  expect(chosen.said).toMatch(/tiny-yolov8@\w+ is in use for detect/)
  const list = await hearth('list', '--data', data, '--folder', folder)
  expect(list.report).toMatch(/^tiny-yolov8 +detect +ready +yes +worker/m)
  expect(list.report).toMatch(/^tiny-yolox +detect +ready +worker/m)
  expect((await use('detekt', 'tiny-yolox')).failed).toContain('There is no task detekt')
  expect((await use('detect', 'nothing')).failed).toContain('There is no model nothing for detect')
  expect((await use('detect', 'none')).said).toContain('Nothing is in use for detect')
})
