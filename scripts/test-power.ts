import { parseArgs } from 'node:util'
import { type PowerTest, runPowerTest } from './power/run-power-test.ts'
import { formatCounts } from './test/test-counts.ts'

/**
 * `npm run test:power`: lets the power fail under the embedded database and under PGlite as it comes.
 * `-- --full` makes 2,000 images instead of 102, `-- --seed N` repeats a run.
 * The last line is the counts: each image of the embedded database is one test.
 */
const { values } = parseArgs({
  options: { full: { type: 'boolean', default: false }, seed: { type: 'string' } },
})
const seed = values.seed ? Number(values.seed) : Math.floor(Math.random() * 1_000_000)
const size = values.full ? { rounds: 20, imagesPerRound: 100 } : { rounds: 3, imagesPerRound: 34 }

console.log(`seed ${seed}`)
const ours = await run({ program: 'embedded', ...size, transactionsPerRound: 300, seed })
const unpatched = await run({
  program: 'unpatched',
  rounds: 1,
  imagesPerRound: values.full ? 200 : 20,
  transactionsPerRound: 300,
  seed,
})
if (unpatched.bad.length === 0) console.log('✗ PGlite as it comes must fail, or the simulator sees nothing')
const failed = ours.bad.length + (unpatched.bad.length === 0 ? 1 : 0)
const passed = ours.images + 1 - failed
console.log(formatCounts({ passed, failed, skipped: 0 }))
process.exitCode = failed === 0 ? 0 : 1

async function run(test: PowerTest): ReturnType<typeof runPowerTest> {
  const startedAt = performance.now()
  const onRound: PowerTest['onRound'] = (round, { images, bad }) =>
    console.log(`  round ${round} of ${test.rounds}: ${images - bad.length} of ${images} images good so far`)
  const result = await runPowerTest({ ...test, onRound })
  const seconds = Math.round((performance.now() - startedAt) / 1_000)
  const { images, events, bad } = result
  console.log(
    `${test.program}: ${bad.length} of ${images} images bad; ${events} events on the disk, ${test.rounds} rounds, ${seconds} s`,
  )
  for (const [what, count] of countKinds(bad.flatMap(({ wrong }) => wrong.slice(0, 1)))) {
    console.log(`  ${count} × ${what}`)
  }
  if (test.program === 'embedded') {
    for (const { event, kind, seed, wrong } of bad) console.log(`  at ${event}, ${kind}, ${seed}:`, wrong)
  }
  return result
}

/** Complaints that differ only in their numbers and names are one kind. */
function countKinds(complaints: string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const complaint of complaints) {
    const kind = complaint.replace(/:.*$/s, '')
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return counts
}
