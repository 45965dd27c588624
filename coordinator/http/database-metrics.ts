import { Gauge, type Registry } from 'prom-client'
import type { DatabaseFacts, DatabaseView } from '../../protocol/database.ts'

const states: readonly DatabaseView['state'][] = ['well', 'attention', 'damaged']

/** The numbers of the dashboard's panel about the database. What cannot be known is left out. */
export class DatabaseMetrics {
  readonly #gauges: { gauge: Gauge; read: (facts: DatabaseFacts) => number | null }[] = []
  readonly #latency: Gauge<'quantile'>
  readonly #state: Gauge<'state'>

  constructor(registry: Registry) {
    const registers = [registry]
    const gauge = (name: string, help: string, read: (facts: DatabaseFacts) => number | null) => {
      this.#gauges.push({ gauge: new Gauge({ name: `hearth_database_${name}`, help, registers }), read })
    }
    gauge('size_bytes', 'Size of the database', (facts) => facts.sizeBytes)
    gauge('wal_bytes', 'Size of its write-ahead log', (facts) => facts.walBytes)
    gauge('memory_bytes', 'Memory of the embedded database’s process', (facts) => facts.memoryBytes)
    gauge('connections', 'Connections to it', (facts) => facts.connections?.used ?? null)
    gauge(
      'unanswered',
      'Of the last minutes’ trivial queries those without an answer',
      (facts) => facts.latency.failed,
    )
    gauge('last_checkpoint_timestamp_seconds', 'Its last checkpoint', (facts) =>
      seconds(facts.lastCheckpointAt),
    )
    gauge('last_backup_timestamp_seconds', 'Its last backup', (facts) =>
      seconds(facts.backup?.lastSuccess?.at),
    )
    gauge('last_backup_size_bytes', 'Size of that', (facts) => facts.backup?.lastSuccess?.sizeBytes ?? null)
    gauge('backup_failures', 'Backups that failed since the last good one', (facts) =>
      facts.backup ? (facts.backup.lastFailure?.count ?? 0) : null,
    )
    gauge('last_check_timestamp_seconds', 'When it was last looked for damage', (facts) =>
      seconds(facts.check?.at),
    )
    gauge('damaged_objects', 'Tables and indexes that are damaged', (facts) => facts.damage.length)
    gauge('disk_free_bytes', 'Left on the disk of the data folder', (facts) => facts.disk?.freeBytes ?? null)
    this.#latency = new Gauge({
      name: 'hearth_database_latency_seconds',
      help: 'How long a trivial query took in the last minutes: p50 and p99',
      labelNames: ['quantile'],
      registers,
    })
    this.#state = new Gauge({
      name: 'hearth_database_state',
      help: '1 for the state that it is in',
      labelNames: ['state'],
      registers,
    })
  }

  set({ state, facts }: DatabaseView & { facts: DatabaseFacts }): void {
    for (const { gauge, read } of this.#gauges) {
      const value = read(facts)
      if (value === null) gauge.remove()
      else gauge.set(value)
    }
    this.#latency.set({ quantile: '0.5' }, facts.latency.p50Ms / 1_000)
    this.#latency.set({ quantile: '0.99' }, facts.latency.p99Ms / 1_000)
    for (const each of states) this.#state.set({ state: each }, each === state ? 1 : 0)
  }
}

function seconds(at: string | null | undefined): number | null {
  return at ? Date.parse(at) / 1_000 : null
}
