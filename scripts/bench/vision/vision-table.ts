import { median } from '../bench-line.ts'
import type { AgentRun } from './agent-run.ts'

export type BareRun = { picturesPerSecond: number; cpuMsPerPicture: number }

/** A bare run and a run through the agent, one after the other. */
export type Turn = { bare: BareRun; run: AgentRun }

/** The turns of one model, or of all of them at each picture. */
export type Measured = { name: string; turns: readonly Turn[] }

const columns: readonly [title: string, read: (turns: readonly Turn[]) => string][] = [
  ['bare', (turns) => `${of(turns, ({ bare }) => bare.picturesPerSecond).toFixed(1)}/s`],
  ['agent', (turns) => `${of(turns, ({ run }) => run.picturesPerSecond).toFixed(1)}/s`],
  ['ratio', (turns) => rateRatio(turns).toFixed(2)],
  ['CPU-ms: bare', (turns) => of(turns, ({ bare }) => bare.cpuMsPerPicture).toFixed(1)],
  ['models', (turns) => of(turns, ({ run }) => run.cpuMsPerPicture).toFixed(1)],
  ['agent itself', (turns) => of(turns, ({ run }) => run.agentCpuMsPerPicture).toFixed(1)],
  ['CPU ratio', (turns) => cpuRatio(turns).toFixed(2)],
  ...(['fetch', 'decode', 'prepare', 'infer', 'read'] as const).map(
    (stage): [string, (turns: readonly Turn[]) => string] => [
      `${stage} ms`,
      (turns) => of(turns, ({ run }) => run.stagesMs[stage]).toFixed(1),
    ],
  ),
  ['batch', (turns) => `${Math.max(...turns.map(({ run }) => run.batch))}`],
  ['peak MB', (turns) => (Math.max(...turns.map(({ run }) => run.peakBytes)) / 1024 ** 2).toFixed(0)],
  ['kB up', (turns) => (of(turns, ({ run }) => run.fetchedBytes) / 1_000).toFixed(0)],
  ['kB down', (turns) => (of(turns, ({ run }) => run.resultBytes) / 1_000).toFixed(1)],
]

/** All that was measured, as Markdown: medians of the turns, by picture. */
export function visionTable(measured: readonly Measured[]): string {
  const titles = ['', ...columns.map(([title]) => title)]
  const rows = measured.map(({ name, turns }) => [name, ...columns.map(([, read]) => read(turns))])
  return [titles, titles.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** Of the bare session's pictures a second, within each turn. */
export function rateRatio(turns: readonly Turn[]): number {
  return of(turns, ({ bare, run }) => run.picturesPerSecond / bare.picturesPerSecond)
}

/**
 * The bare session's processor time by that of the agent with all its processes: the rate that is within reach where
 * all cores are busy, whatever else the machine does.
 */
export function cpuRatio(turns: readonly Turn[]): number {
  return of(turns, ({ bare, run }) => bare.cpuMsPerPicture / (run.cpuMsPerPicture + run.agentCpuMsPerPicture))
}

function of(turns: readonly Turn[], read: (turn: Turn) => number): number {
  return median(turns.map(read))
}
