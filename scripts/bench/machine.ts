import { cpus, loadavg, release, totalmem, type } from 'node:os'

/** One line about where numbers were taken. */
export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  const memoryGib = Math.round(totalmem() / 2 ** 30)
  const load = loadavg()[0]?.toFixed(2)
  return `${cpus().length} × ${model}, ${memoryGib} GiB, ${type()} ${release()}, Node ${process.version}, load ${load}`
}
