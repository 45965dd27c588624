import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { USUAL_PERL } from '../../metadata/exiftool-command.ts'
import { temporaryFolder } from '../../testing/temporary-folder.ts'
import { Exchanger } from './exchanger.ts'
import { FolderSync } from './folder-sync.ts'
import { openFolder } from './open-folder.ts'
import { placeFile } from './place-file.ts'
import { hashOf } from './read-file.ts'

/** Does something in the last moment before the names are swapped, as another program may. */
class LastMoment extends Exchanger {
  readonly #before: (() => void)[]

  constructor(folder: number, before: (() => void)[]) {
    super(USUAL_PERL, folder)
    this.#before = before
  }

  override async swap(one: string, other: string): Promise<boolean> {
    this.#before.shift()?.()
    return await super.swap(one, other)
  }
}

/** Another program that has the old file open, and writes into it while it is replaced. */
class Writing extends Exchanger {
  readonly #held: number
  readonly #canSwap: boolean
  #isDone = false

  constructor(folder: number, held: number, canSwap: boolean) {
    super(USUAL_PERL, folder)
    this.#held = held
    this.#canSwap = canSwap
  }

  override async swap(one: string, other: string): Promise<boolean> {
    const isSwapped = this.#canSwap && (await super.swap(one, other))
    if (!this.#isDone) writeSync(this.#held, 'OLD, and more', 0)
    this.#isDone = true
    return isSwapped
  }
}

/** A file system that cannot swap names. */
class NoSwap extends Exchanger {
  override async swap(): Promise<boolean> {
    return false
  }
}

async function place(
  root: string,
  expected: string | null,
  makeExchanger: (folder: number) => Exchanger = (folder) => new Exchanger(USUAL_PERL, folder),
) {
  const task = { root, mirrorRoot: null, folder: '', allowedRoots: [root], perlPath: USUAL_PERL }
  const folder = await openFolder(task)
  const bytes = Buffer.from('ours')
  const request = {
    type: 'place',
    name: 'a.xmp',
    bytes,
    contentHash: hashOf(bytes),
    expected,
    picture: 'a.jpg',
  } as const
  try {
    const parts = { folder, exchanger: makeExchanger(folder.fd), folderSync: new FolderSync(folder.fd) }
    return await placeFile(parts, request, join(root, 'a.jpg'))
  } finally {
    closeSync(folder.fd)
  }
}

async function library() {
  const folder = await temporaryFolder()
  const at = (name: string) => join(folder.path, name)
  writeFileSync(at('a.jpg'), 'picture')
  writeFileSync(at('a.xmp'), 'old')
  const edit = (text: string) => {
    writeFileSync(at('theirs'), text)
    renameSync(at('theirs'), at('a.xmp'))
  }
  return { folder, at, edit, text: () => readFileSync(at('a.xmp'), 'utf8') }
}

const old = hashOf(Buffer.from('old'))
const textOf = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString()

test('an edit in the last moment gets its name back', async () => {
  const t = await library()
  await using folder = t.folder
  const answer = await place(folder.path, old, (fd) => new LastMoment(fd, [() => t.edit('theirs')]))
  expect(answer).toMatchObject({ type: 'conflict', displaced: [] })
  expect(t.text()).toBe('theirs')
  expect(readdirSync(folder.path).sort()).toEqual(['a.jpg', 'a.xmp'])
})

test('of two edits in the last moments the newer keeps the name, and the older is handed out to be kept', async () => {
  const t = await library()
  await using folder = t.folder
  const edits = [() => t.edit('first'), () => t.edit('second')]
  const answer = await place(folder.path, old, (fd) => new LastMoment(fd, edits))
  expect(t.text()).toBe('second')
  expect(answer).toMatchObject({ type: 'conflict' })
  expect(answer.type === 'conflict' ? answer.displaced.map(textOf) : []).toEqual(['first'])
  expect(readdirSync(folder.path).sort()).toEqual(['a.jpg', 'a.xmp'])
})

test.each([
  ['where names can be swapped', true],
  ['where they cannot', false],
])('what is written into the old file while it is replaced gets its name back, %s', async (_, canSwap) => {
  const t = await library()
  await using folder = t.folder
  const held = openSync(t.at('a.xmp'), 'r+')
  const answer = await place(folder.path, old, (fd) => new Writing(fd, held, canSwap))
  closeSync(held)
  expect(answer.type).toBe('conflict')
  expect(t.text()).toBe('OLD, and more')
  expect(readdirSync(folder.path).sort()).toEqual(['a.jpg', 'a.xmp'])
})

test('a sidecar that is taken away in the last moment stays away', async () => {
  const t = await library()
  await using folder = t.folder
  const answer = await place(folder.path, old, (fd) => new LastMoment(fd, [() => unlinkSync(t.at('a.xmp'))]))
  expect(answer).toMatchObject({ type: 'conflict', file: null })
  expect(readdirSync(folder.path)).toEqual(['a.jpg'])
})

test('a sidecar is replaced also where names cannot be swapped', async () => {
  const t = await library()
  await using folder = t.folder
  expect(await place(folder.path, old, (fd) => new NoSwap(USUAL_PERL, fd))).toMatchObject({ type: 'placed' })
  expect(t.text()).toBe('ours')
  expect(await place(folder.path, old)).toMatchObject({ type: 'conflict' })
  expect(await place(folder.path, null)).toMatchObject({ type: 'conflict' })
})
