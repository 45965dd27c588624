import type { DatabaseFacts } from '../../protocol/database.ts'
import { formatBytes, formatCount } from '../ui/format-amount.ts'
import { formatAgo } from '../ui/format-when.ts'
import { useNow } from '../ui/use-now.ts'
import styles from './dashboard.module.css'
import { Fact } from './fact.tsx'

/** What is known about the database; what cannot be known is left out. */
export function DatabaseNumbers({ facts }: { facts: DatabaseFacts }) {
  const nowMs = useNow(30_000)
  const { sizeBytes, walBytes, memoryBytes, disk, latency, connections, lastCheckpointAt, backup, check } =
    facts
  return (
    <dl className={styles.numbers}>
      <Fact word="size">{formatBytes(sizeBytes)}</Fact>
      {walBytes !== null && <Fact word="log">{formatBytes(walBytes)}</Fact>}
      {memoryBytes !== null && <Fact word="memory">{formatBytes(memoryBytes)}</Fact>}
      {disk && (
        <Fact word="left on the disk" isWide>
          {formatBytes(disk.freeBytes)}
        </Fact>
      )}
      {latency.measured > 0 && (
        <Fact word="answers in, usual · slowest" isWide>
          {formatMs(latency.p50Ms)} · {formatMs(latency.p99Ms)}
        </Fact>
      )}
      {latency.failed > 0 && (
        <Fact word="not answered" isBad isWide>
          {formatCount(latency.failed)}
        </Fact>
      )}
      {connections && (
        <Fact word="connections" isWide>
          {formatCount(connections.used)} of {formatCount(connections.most)}
        </Fact>
      )}
      {lastCheckpointAt && (
        <Fact word="last checkpoint" isWide>
          {formatAgo(lastCheckpointAt, nowMs)}
        </Fact>
      )}
      {backup && (
        <Fact word="last backup" isWide isBad={!backup.lastSuccess && backup.lastFailure !== null}>
          {backup.lastSuccess
            ? `${formatAgo(backup.lastSuccess.at, nowMs)}, ${formatBytes(backup.lastSuccess.sizeBytes)}`
            : 'none yet'}
        </Fact>
      )}
      <Fact word="checked for damage" isWide>
        {describeCheck(check, nowMs)}
      </Fact>
    </dl>
  )
}

function describeCheck(check: DatabaseFacts['check'], nowMs: number): string {
  if (!check) return 'not yet'
  return check.method === 'none' ? 'not possible' : formatAgo(check.at, nowMs)
}

/** `0.4 ms`, `12 ms`, `1.3 s` */
function formatMs(ms: number): string {
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(1)} s`
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
}
