import type { ModelView } from '../../protocol/detections.ts'
import { asSentence } from '../ui/as-sentence.ts'
import { formatRate } from '../ui/format-amount.ts'
import { providerName } from '../ui/provider-names.ts'
import { StageBar } from '../ui/stage-bar.tsx'
import { Status, type Tone } from '../ui/status-dot.tsx'
import styles from './understanding.module.css'

type OnMachine = ModelView['machines'][number]

const stateWords: Record<OnMachine['state'], { tone: Tone; word: string }> = {
  ready: { tone: 'good', word: 'Ready' },
  missing: { tone: 'warn', word: 'Not there' },
  broken: { tone: 'bad', word: 'Broken' },
  unsupported: { tone: 'bad', word: 'Not understood' },
}

/** The model in use: whose it is, and how it goes on each machine. */
export function ModelFacts({ model }: { model: ModelView }) {
  return (
    <div className={styles.model}>
      <h3>{model.name}</h3>
      <p className={styles.facts}>
        Licence {model.licence}
        {model.source !== '' && (
          <>
            {' '}
            · from <Source source={model.source} />
          </>
        )}
        {model.queries === 'words' && ' · answers only words of its own list'}
        {model.queries === 'none' && model.task === 'embed' && ' · cannot be asked in words'}
        {model.promptable && ' · can be pointed with'}
      </p>
      {model.machines.length > 0 && (
        <ul className={styles.machines} aria-label={`Machines that have ${model.name}`}>
          {model.machines.map((machine) => (
            <Machine key={machine.agent} machine={machine} />
          ))}
        </ul>
      )}
    </div>
  )
}

function Source({ source }: { source: string }) {
  if (!/^https:\/\//.test(source)) return source
  return (
    <a href={source} target="_blank" rel="noreferrer">
      {new URL(source).hostname}
    </a>
  )
}

function Machine({ machine }: { machine: OnMachine }) {
  const { tone, word } = machine.online
    ? stateWords[machine.state]
    : ({ tone: 'quiet', word: 'Not connected' } as const)
  const running = [
    machine.provider && `on ${providerName(machine.provider)}`,
    machine.batch !== null && machine.batch > 1 && `${machine.batch} at a time`,
    // Nothing a second is a machine that rests, not one that is slow.
    machine.picturesPerSecond !== null &&
      machine.picturesPerSecond > 0 &&
      formatRate(machine.picturesPerSecond),
  ].filter((part) => typeof part === 'string')
  return (
    <li>
      <p className={styles.machineHead}>
        <strong>{machine.agent}</strong>
        <Status tone={tone}>{word}</Status>
        {running.length > 0 && <span>{running.join(' · ')}</span>}
      </p>
      {machine.reason && <p className={styles.reason}>{asSentence(machine.reason)}</p>}
      {machine.stagesMs && <StageBar stagesMs={machine.stagesMs} />}
    </li>
  )
}
