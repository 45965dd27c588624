import type { AssetTile } from '../../protocol/assets.ts'
import type { BulkEdit } from '../../protocol/curation.ts'
import type { EditAnswer } from '../../protocol/edits.ts'
import { type Marks, marksOf, pickMarks } from './marks.ts'

export type SendEdit = (
  assetIds: readonly number[],
  edit: BulkEdit,
  ifRevision?: number,
) => Promise<EditAnswer>

/** Where edits go and who hears of what becomes of them. */
export type CuratorLinks = {
  send: SendEdit
  undo: (editId: number) => Promise<EditAnswer>
  /** The server has said yes: the marks are true now. */
  onTrue: (marks: ReadonlyMap<number, Partial<Marks>>, answer: EditAnswer, fields: readonly string[]) => void
  /** The server has said no, or that it left fields as they are: what it knows has to be asked for. */
  onRefused: (what: string, assetIds: readonly number[], error: unknown) => void
  onKept: (what: string, answer: EditAnswer) => void
}

export type Tiles = readonly Pick<AssetTile, 'id' | keyof Marks>[]

type Step = {
  what: string
  assetIds: readonly number[]
  fields: readonly string[]
  before: ReadonlyMap<number, Marks>
  after: ReadonlyMap<number, Partial<Marks>>
  /** Known with the answer; null: it changed nothing, or was refused. */
  editId: number | null
}
type Pending = { marks: ReadonlyMap<number, Partial<Marks>> }

/** Steps that can be taken back; the history has all of them. */
const MAX_STEPS = 200
/** What an edit answers that was never made. */
const nothingDone: EditAnswer = { editId: null, assets: 0, kept: [] }

/**
 * Edits that are shown at once and sent one after the other, in the order in which they were made.
 *
 * made → shown: `edit`, `undo`, `redo`; `shown` lays what is on its way over what the server has said. It can be
 *   undone at once: the undo waits for its turn.
 * shown → true: the server's yes.
 * shown → refused: the server's no; it is no longer shown, and somebody is told. What was made after it goes on.
 */
export class Curator {
  readonly #links: CuratorLinks
  readonly #listeners = new Set<() => void>()
  #pending: readonly Pending[] = []
  #turn: Promise<unknown> = Promise.resolve()
  #undoable: readonly Step[] = []
  #redoable: readonly Step[] = []
  #version = 0

  constructor(links: CuratorLinks) {
    this.#links = links
  }

  /** Changes with everything that `shown`, `canUndo` and `canRedo` say. */
  get version(): number {
    return this.#version
  }

  get isSaving(): boolean {
    return this.#pending.length > 0
  }

  /** What would be taken back next, in words. */
  get nextUndo(): string | undefined {
    return this.#undoable.at(-1)?.what
  }

  get nextRedo(): string | undefined {
    return this.#redoable.at(-1)?.what
  }

  onChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** A tile as it will be when all that is on its way has arrived. */
  shown<T extends { id: number } & Marks>(tile: T): T {
    let marks: Partial<Marks> | undefined
    for (const pending of this.#pending) {
      const more = pending.marks.get(tile.id)
      if (more) marks = { ...marks, ...more }
    }
    return marks ? { ...tile, ...marks } : tile
  }

  /**
   * @param what it does, in words: `4 stars`
   * @returns whether the server took it
   */
  edit(what: string, tiles: Tiles, edit: BulkEdit, ifRevision?: number): Promise<boolean> {
    const assetIds = tiles.map(({ id }) => id)
    const before = new Map(tiles.map((tile) => [tile.id, pickMarks(this.shown(tile))]))
    const marks = marksOf(edit)
    const after = new Map(assetIds.map((id) => [id, marks]))
    const fields = Object.keys(edit)
    const step: Step = { what, assetIds, fields, before, after, editId: null }
    this.#undoable = [...this.#undoable, step].slice(-MAX_STEPS)
    this.#redoable = []
    return this.#run(step, () => this.#links.send(assetIds, edit, ifRevision))
  }

  undo(): Promise<boolean> {
    const step = this.#undoable.at(-1)
    if (!step) return Promise.resolve(false)
    const undone = takenBack(step)
    this.#undoable = this.#undoable.slice(0, -1)
    this.#redoable = [...this.#redoable, undone]
    return this.#takeBack(step, undone)
  }

  redo(): Promise<boolean> {
    const step = this.#redoable.at(-1)
    if (!step) return Promise.resolve(false)
    const redone = takenBack(step)
    this.#redoable = this.#redoable.slice(0, -1)
    this.#undoable = [...this.#undoable, redone]
    return this.#takeBack(step, redone)
  }

  /** Somebody else may sign in: what was done so far is not theirs to take back. */
  forget(): void {
    this.#undoable = []
    this.#redoable = []
    this.#changed()
  }

  #takeBack(step: Step, as: Step): Promise<boolean> {
    return this.#run(as, async () =>
      step.editId === null ? nothingDone : await this.#links.undo(step.editId),
    )
  }

  async #run(step: Step, send: () => Promise<EditAnswer>): Promise<boolean> {
    const pending: Pending = { marks: step.after }
    this.#pending = [...this.#pending, pending]
    this.#changed()
    const sent = this.#turn.then(send).then((answer) => {
      step.editId = answer.editId
      return answer
    })
    this.#turn = sent.catch(() => undefined)
    try {
      const answer = await sent
      this.#links.onTrue(step.after, answer, step.fields)
      if (answer.kept.length > 0) this.#links.onKept(step.what, answer)
      return true
    } catch (error) {
      this.#links.onRefused(step.what, step.assetIds, error)
      return false
    } finally {
      // What was refused, or changed nothing, is nothing to take back.
      if (step.editId === null) this.#drop(step)
      this.#pending = this.#pending.filter((each) => each !== pending)
      this.#changed()
    }
  }

  #drop(step: Step): void {
    this.#undoable = this.#undoable.filter((each) => each !== step)
    this.#redoable = this.#redoable.filter((each) => each !== step)
  }

  #changed(): void {
    this.#version += 1
    for (const listener of this.#listeners) listener()
  }
}

/** To take something back is an edit itself, with before and after changed over. */
function takenBack(step: Step): Step {
  const after = [...step.after].map(([id, marks]) => {
    const was = step.before.get(id)
    const names = Object.keys(marks) as (keyof Marks)[]
    return [id, was ? Object.fromEntries(names.map((name) => [name, was[name]])) : {}] as const
  })
  const before = [...step.before].map(([id, was]) => [id, { ...was, ...step.after.get(id) }] as const)
  return { ...step, before: new Map(before), after: new Map<number, Partial<Marks>>(after), editId: null }
}
