import type { ProviderReport } from '../../protocol/models.ts'
import styles from './dashboard.module.css'
import { describeProviders } from './describe-providers.ts'

/** On what a machine runs models; what else was tried, and why it is not used, is a click away unless nothing works. */
export function MachineProviders({ providers }: { providers: readonly ProviderReport[] }) {
  const words = describeProviders(providers)
  if (words === null) return null
  const { line, works, others } = words
  if (others.length === 0) return <p className={styles.models}>{line}</p>
  return (
    <details className={styles.providers} open={!works} data-bad={!works || undefined}>
      <summary>
        {line}
        {works && (
          <small>, not on {others.length === 1 ? others[0]!.name : `${others.length} others`}: why?</small>
        )}
      </summary>
      <dl>
        {others.map(({ name, reason }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{reason}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
