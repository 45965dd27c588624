export type BenchResult = {
  bench: string
  metric: string
  value: number
  unit: string
  /** What the value is measured against, in the same unit and the same run. */
  yardstick?: number
  ratio?: number
  /** What is promised: `≥ 0.8` speaks of the ratio when there is one, else of the value. */
  goal?: string
}

/** One line of JSON for a result, as every benchmark ends with. */
export function formatResult(result: BenchResult): string {
  const { bench, metric, value, unit, yardstick, goal } = result
  const ratio = result.ratio ?? (yardstick === undefined ? undefined : value / yardstick)
  return JSON.stringify({
    bench,
    metric,
    value: round(value),
    unit,
    ...(yardstick === undefined ? {} : { yardstick: round(yardstick) }),
    ...(ratio === undefined ? {} : { ratio: round(ratio) }),
    ...(goal === undefined ? {} : { goal, met: isMet(goal, ratio ?? value) }),
  })
}

/** @param goal a comparison and a number, such as `≥ 0.8` or `< 20` */
export function isMet(goal: string, value: number): boolean {
  const [comparison, text] = goal.split(' ')
  const limit = Number(text)
  if (comparison === '≥') return value >= limit
  if (comparison === '≤') return value <= limit
  if (comparison === '<') return value < limit
  throw new RangeError(`Not a goal: ${goal}`)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}
