import type { ErrorCode } from '../../protocol/errors.ts'
import type { JobKindSummary, JobView } from '../../protocol/fleet.ts'
import type { JobState } from '../../protocol/jobs.ts'
import { seededRandom } from './seeded-random.ts'

/** Finished jobs that are still kept, of each kind. */
const DONE_KEPT = 40
const folders = ['2019/Norway', '2016/old phone', 'Scans/1978', '2023/05 Garden', '2021/Lisbon & Porto']
const endings = ['CR3', 'JPG', 'HEIC', 'MP4', 'tif']

export type FakeFailure = { code: ErrorCode; message: string; count: number }

/** When something was or will be, seen from the start of the fake. */
export const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()

/** As many jobs as a summary counts (finished ones as far as they are kept), newest last. */
export function fakeJobs(kinds: readonly JobKindSummary[], failures: readonly FakeFailure[]): JobView[] {
  const random = seededRandom(11)
  let id = 0
  const make = (kind: JobKindSummary, state: JobState, at: number): JobView => {
    id += 1
    const isScan = kind.kind === 'library.scan'
    const folder = folders[Math.floor(random() * folders.length)]
    const ending = endings[Math.floor(random() * endings.length)]
    const isOver = state === 'done' || state === 'dead' || state === 'cancelled'
    return {
      id,
      kind: kind.kind,
      state,
      libraryId: 1,
      subject: isScan ? 'Photos' : `${folder}/IMG_${String(2210 + id).padStart(4, '0')}.${ending}`,
      assetId: isScan ? null : (id % 50) + 1,
      agentId: state === 'queued' ? null : 1,
      priority: isScan ? 30 : 20,
      attempt: state === 'dead' ? 3 : isOver || state === 'leased' ? 1 : 0,
      progress:
        state !== 'leased' ? null : isScan ? { done: 5_120, total: 8_311 } : { done: at % 4, total: 4 },
      waitsFor: state === 'queued' ? kind.waitsFor : null,
      error: null,
      createdAt: state === 'queued' && kind.oldestAt ? kind.oldestAt : minutesAgo(90 - (at % 40)),
      startedAt: state === 'queued' ? null : minutesAgo(state === 'leased' ? 0.2 + (at % 7) : 41 - (at % 40)),
      finishedAt: isOver ? minutesAgo(40.9 - (at % 40)) : null,
    }
  }
  const some = (kind: JobKindSummary, state: JobState, count: number) =>
    Array.from({ length: count }, (_, at) => make(kind, state, at))

  return kinds.flatMap((kind) => {
    const dead = kind.kind === 'file.ingest' ? failures : []
    return [
      ...some(kind, 'done', Math.min(kind.done, DONE_KEPT)),
      ...some(kind, 'cancelled', kind.cancelled),
      ...dead.flatMap(({ code, message, count }) =>
        some(kind, 'dead', count).map((job) => ({ ...job, error: { code, message } })),
      ),
      ...some(kind, 'leased', kind.leased),
      ...some(kind, 'queued', kind.queued),
    ]
  })
}
