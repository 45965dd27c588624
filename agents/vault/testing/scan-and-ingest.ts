import { RecordingContext } from './job-context.ts'
import { runningVault } from './running-vault.ts'

/** Scans a root and ingests all that it finds, as a program of its own that can be watched from outside. */
const [, , root] = process.argv
if (root === undefined) throw new Error('usage: scan-and-ingest.ts ROOT')

await using running = await runningVault(root)
const context = new RecordingContext()
await running.vault.handlers['library.scan']?.({ libraryId: 1, root, ignoreGlobs: [] }, context)
for (const path of context.files.keys()) await running.ingest(path)
console.log(JSON.stringify({ ingested: context.files.size }))
