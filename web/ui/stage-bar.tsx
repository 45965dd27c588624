import type { StageTimes } from '../../protocol/models.ts'
import styles from './stage-bar.module.css'

const stages = [
  ['fetch', 'fetch'],
  ['decode', 'decode'],
  ['prepare', 'prepare'],
  ['infer', 'model'],
  ['read', 'read off'],
] as const satisfies (readonly [keyof StageTimes, string])[]

/** Where the time of one picture goes: a bar of parts, and the same in words. */
export function StageBar({ stagesMs }: { stagesMs: StageTimes }) {
  const totalMs = stages.reduce((sum, [stage]) => sum + stagesMs[stage], 0)
  if (totalMs === 0) return null
  return (
    <div className={styles.stages}>
      <div className={styles.bar} aria-hidden="true">
        {stages.map(([stage]) => (
          <span key={stage} data-stage={stage} style={{ flexGrow: stagesMs[stage] }} />
        ))}
      </div>
      <ul className={styles.words} aria-label="Time of one picture">
        {stages
          .filter(([stage]) => stagesMs[stage] / totalMs >= 0.01)
          .map(([stage, word]) => (
            <li key={stage} data-stage={stage}>
              {word} {msText(stagesMs[stage])}
            </li>
          ))}
      </ul>
    </div>
  )
}

function msText(ms: number): string {
  return `${ms >= 10 ? Math.round(ms) : ms.toFixed(1)} ms`
}
