import type { Account } from '../../protocol/api/account-routes.ts'
import type { BulkEdit, CurationField } from '../../protocol/curation.ts'
import type {
  AssetChange,
  CuratedValues,
  EditAnswer,
  EditKind,
  WriteBackState,
  WriteBackView,
} from '../../protocol/edits.ts'
import { AppError } from '../../protocol/errors.ts'
import { minutesAgo } from './fake-jobs.ts'
import type { FakeLibrary } from './fake-library.ts'

type Change = AssetChange & { assetId: number }
type Values = Record<string, unknown>

/** What people say about the invented pictures; nothing of it is ever written anywhere. */
export class FakeCuration {
  readonly #library: FakeLibrary
  readonly #changes: Change[] = []
  readonly #undoes = new Map<number, number>()
  #lastEdit = 0
  /** The next edit is refused with this sentence. */
  refuseNext: string | null = null
  /** An edit is answered only when this has come true. */
  hold: Promise<unknown> = Promise.resolve()
  readonly writeBacks: WriteBackView[]
  /** How the last conflict was decided. */
  lastDecision: unknown = null

  constructor(library: FakeLibrary, { seeded }: { seeded: boolean }) {
    this.#library = library
    this.writeBacks = seeded ? seededWriteBacks() : []
  }

  async edit(
    assetIds: readonly number[],
    edit: BulkEdit,
    by: string,
    ifRevision?: number,
  ): Promise<EditAnswer> {
    await this.hold
    if (this.refuseNext !== null) {
      const message = this.refuseNext
      this.refuseNext = null
      throw new AppError('conflict', message)
    }
    const revision = this.#library.words.get(assetIds[0] ?? 0)?.revision ?? 0
    if (ifRevision !== undefined && ifRevision !== revision)
      throw new AppError('conflict', 'Somebody has edited it meanwhile; look at it again')
    return this.#record(
      'edit',
      by,
      assetIds.map((id) => [id, this.#next(id, edit)]),
    )
  }

  undo(editId: number, by: string): EditAnswer {
    const changes = this.#changes.filter((change) => change.editId === editId)
    if (changes.length === 0) throw new AppError('not_found', `There is no edit ${editId}`)
    const byAsset = new Map<number, Values>()
    for (const { assetId, field, before } of changes)
      byAsset.set(assetId, { ...byAsset.get(assetId), [field]: before })
    const answer = this.#record('undo', by, [...byAsset])
    this.#undoes.set(answer.editId ?? 0, editId)
    return answer
  }

  history(assetId: number): AssetChange[] {
    return this.#changes.filter((change) => change.assetId === assetId).toReversed()
  }

  resolve(assetId: number, decision: unknown): EditAnswer {
    this.lastDecision = decision
    this.setState([assetId], 'pending')
    return { editId: null, assets: 1, kept: [] }
  }

  /** @returns how many were in one of the states */
  steer(which: { assetIds?: number[]; libraryId?: number }, from: readonly WriteBackState[]): number {
    const ids = this.writeBacks
      .filter(({ id, state }) => from.includes(state) && (which.assetIds?.includes(id) ?? true))
      .map(({ id }) => id)
    this.setState(ids, 'pending')
    return ids.length
  }

  setState(ids: readonly number[], state: WriteBackState): void {
    for (const one of this.writeBacks)
      if (ids.includes(one.id))
        Object.assign(one, {
          ...{ state, reason: null, message: null, conflict: null, conflictVersion: null },
        })
  }

  #values(assetId: number): Values {
    const detail = this.#library.detail(assetId)
    if (!detail) throw new AppError('not_found', `There is no asset ${assetId}`)
    return detail.curation.values
  }

  #next(assetId: number, { addKeywords, removeKeywords, shiftCapturedSeconds, ...plain }: BulkEdit): Values {
    const values = this.#values(assetId) as CuratedValues
    const next: Values = { ...plain }
    if (addKeywords || removeKeywords) {
      const same = (a: string[]) => (b: string[]) => a.join('|') === b.join('|')
      const kept = (values.keywords ?? []).filter((path) => !removeKeywords?.some(same(path)))
      next.keywords = [...kept, ...(addKeywords ?? []).filter((path) => !kept.some(same(path)))]
    }
    if (shiftCapturedSeconds !== undefined && values.captured) {
      const at = new Date(Date.parse(`${values.captured.local}Z`) + shiftCapturedSeconds * 1_000)
      next.captured = { ...values.captured, local: at.toISOString().slice(0, 19) }
    }
    return next
  }

  #record(kind: EditKind, by: string, edits: (readonly [number, Values])[]): EditAnswer {
    this.#lastEdit += 1
    const at = new Date().toISOString()
    const editId = this.#lastEdit
    for (const [assetId, values] of edits) {
      const before = this.#values(assetId)
      for (const [field, after] of Object.entries(values)) {
        const change = { editId, kind, at, by, before: before[field], after, fallsBack: false }
        this.#changes.push({
          ...change,
          id: this.#changes.length + 1,
          assetId,
          field: field as CurationField,
        })
      }
      const known = this.#library.words.get(assetId)
      const fields = Object.keys(values) as CurationField[]
      const persons = (known?.persons ?? []).filter(({ field }) => !fields.includes(field))
      this.#library.words.set(assetId, {
        revision: editId,
        values: { ...known?.values, ...values },
        persons: [...persons, ...fields.map((field) => ({ field, by, at }))],
        writeBack: { state: 'kept_here', reason: 'library_off' },
      })
    }
    return { editId, assets: edits.length, kept: [] }
  }
}

/** The routes over it. */
export function curationHandlers(curation: FakeCuration, { name }: Account) {
  type Which = { assetIds?: number[]; libraryId?: number }
  return {
    editAsset: ({
      params,
      body,
    }: {
      params: { id: number }
      body: { edit: BulkEdit; ifRevision?: number }
    }) => curation.edit([params.id], body.edit, name, body.ifRevision),
    editAssets: ({ body }: { body: { assetIds: number[]; edit: BulkEdit } }) =>
      curation.edit(body.assetIds, body.edit, name),
    undoEdit: ({ params }: { params: { id: number } }) => curation.undo(params.id, name),
    getAssetHistory: ({ params }: { params: { id: number } }) => ({
      items: curation.history(params.id),
      nextCursor: null,
    }),
    listWriteBacks: ({ query }: { query: { state?: WriteBackState } }) => ({
      items: curation.writeBacks.filter(({ state }) => query.state === undefined || state === query.state),
      nextCursor: null,
    }),
    countWriteBacks: () => ({
      states: Object.fromEntries(
        Object.entries(Object.groupBy(curation.writeBacks, ({ state }) => state)).map(([state, all]) => [
          state,
          all.length,
        ]),
      ),
    }),
    approveWriteBacks: ({ body }: { body: Which }) => ({
      writeBacks: curation.steer(body, ['waiting_approval']),
    }),
    retryWriteBacks: ({ body }: { body: Which }) => ({
      writeBacks: curation.steer(body, ['failed', 'kept_here']),
    }),
    retryWriteBack: ({ params }: { params: { id: number } }) => {
      curation.setState([params.id], 'pending')
      return {}
    },
    resolveWriteBack: ({ params, body }: { params: { id: number }; body: unknown }) =>
      curation.resolve(params.id, body),
    undoWriteBack: ({ params }: { params: { id: number } }) => {
      curation.setState([params.id], 'kept_here')
      return {}
    },
  }
}

function seededWriteBacks(): WriteBackView[] {
  const one = (id: number, state: WriteBackState, more: Partial<WriteBackView> = {}): WriteBackView => ({
    id,
    libraryId: 1,
    name: `IMG_${id}`,
    folder: '2024/2024-05 Holiday',
    state,
    reason: null,
    message: null,
    sidecar: `2024/2024-05 Holiday/IMG_${id}.xmp`,
    wantedRevision: 12,
    writtenRevision: state === 'written' ? 12 : 7,
    canUndo: false,
    changedAt: minutesAgo(id * 7),
    conflict: null,
    conflictVersion: null,
    ...more,
  })
  return [
    one(9, 'conflict', {
      reason: 'changed_outside',
      conflictVersion: '12-a1b2c3',
      conflict: [
        { field: 'rating', mine: 4, theirs: 2 },
        { field: 'title', mine: 'The pier at dusk', theirs: 'Pier' },
        {
          field: 'keywords',
          mine: [['Places', 'Norway', 'Oslo'], ['evening']],
          theirs: [['Oslo'], ['sea'], ['evening']],
        },
      ],
    }),
    one(8, 'failed', {
      reason: 'malformed',
      message: 'The sidecar is no well-formed XML: line 14 ends in the middle of an attribute.',
    }),
    one(7, 'failed', {
      reason: 'foreign',
      message: 'Every name that its sidecar could have belongs to another picture',
      sidecar: null,
    }),
    one(6, 'waiting_approval'),
    one(5, 'waiting_approval'),
    one(4, 'pending'),
    one(3, 'kept_here', { reason: 'library_off', sidecar: null }),
    one(2, 'written', { canUndo: true }),
  ]
}
