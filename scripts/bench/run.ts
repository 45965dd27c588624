import { benchBackup } from './backup.ts'
import { benchDatabase } from './database.ts'
import { benchEdits } from './edits.ts'
import { benchIngest } from './ingest.ts'
import { benchLeases } from './leases.ts'
import { benchPrompts } from './prompts.ts'
import { benchRle } from './rle.ts'
import { benchSearch } from './search.ts'
import { benchSources } from './sources.ts'
import { benchVision } from './vision.ts'
import { benchWake } from './wake.ts'
import { benchWriteBack } from './write-back.ts'

const benchmarks: Record<string, (parameters: string[]) => Promise<void>> = {
  backup: benchBackup,
  database: benchDatabase,
  edits: benchEdits,
  ingest: benchIngest,
  leases: benchLeases,
  prompts: benchPrompts,
  rle: benchRle,
  search: benchSearch,
  sources: benchSources,
  vision: benchVision,
  wake: benchWake,
  'write-back': benchWriteBack,
}

/** `npm run bench -- NAME …` */
const [name = '', ...parameters] = process.argv.slice(2)
const benchmark = benchmarks[name]
if (benchmark) {
  await benchmark(parameters)
} else {
  console.error(`npm run bench -- NAME, where NAME is one of: ${Object.keys(benchmarks).join(', ')}`)
  process.exitCode = 2
}
