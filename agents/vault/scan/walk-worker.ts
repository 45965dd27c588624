import { parentPort, workerData } from 'node:worker_threads'
import type { PathName } from '../../../protocol/path-name.ts'
import type { SkipRules } from './skip-rules.ts'
import { type WalkedFolder, walkFolder } from './walk-folder.ts'

/** What a walk worker is started with. Messages to it are lists of folders. */
export type WalkWorkerData = {
  root: PathName
  rules: SkipRules
  /** One number that all workers count up with each entry: a sign of life within large folders. */
  entries: Int32Array<SharedArrayBuffer>
}

/** What a walk worker sends back for one list. */
export type WalkAnswer = { folders: WalkedFolder[]; msPerEntry: number }

/** Keeps small lists, and the first one with its compiling, from looking slow. */
const ENTRIES_WORTH_OF_START = 200

const { root, rules, entries: count } = workerData as WalkWorkerData
const port = parentPort
if (port === null) throw new Error('walk-worker.ts runs as a worker thread only')

port.on('message', (paths: PathName[]) => {
  const startedMs = performance.now()
  const folders = paths.map((path) => walkFolder(root, path, rules, () => void Atomics.add(count, 0, 1)))
  const tookMs = performance.now() - startedMs
  const entries = folders.reduce((sum, folder) => sum + entriesOf(folder), 0)
  port.postMessage({ folders, msPerEntry: tookMs / (entries + ENTRIES_WORTH_OF_START) } satisfies WalkAnswer)
})

function entriesOf({ files, folders, skipped }: WalkedFolder): number {
  return files.count + folders.length + skipped.length
}
