import { Button, SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { NewPairingCode, PairingCodeView } from '../../protocol/pairing.ts'
import { pairingCodesQuery } from '../api/queries.ts'
import { CopyText } from '../ui/copy-text.tsx'
import { Status } from '../ui/status-dot.tsx'
import { useNow } from '../ui/use-now.ts'
import styles from './pairing.module.css'
import {
  addressFor,
  formatCountdown,
  humanPart,
  pairingCommand,
  type System,
  systems,
} from './pairing-command.ts'

/** The machine may join while this is on screen; live events tell it too, and this is the truth. */
const REFRESH_MS = 2_000

type PairingSheetProps = {
  made: NewPairingCode
  isBusy: boolean
  onAnother: () => void
  onDone: () => void
}

/** One code: the command that uses it, how long it is good, and what became of it. */
export function PairingSheet({ made, isBusy, onAnother, onDone }: PairingSheetProps) {
  const [system, setSystem] = useState<System>(ownSystem)
  const nowMs = useNow(1_000)
  const codes = useQuery({ ...pairingCodesQuery, refetchInterval: REFRESH_MS })
  const known = codes.data?.items.find(({ id }) => id === made.id) ?? made
  const leftMs = Date.parse(made.expiresAt) - nowMs
  const state = known.state === 'waiting' && leftMs <= 0 ? 'expired' : known.state
  const url = addressFor(location.origin, made.urls)
  if (state !== 'waiting') {
    return <Outcome code={known} state={state} isBusy={isBusy} onAnother={onAnother} onDone={onDone} />
  }
  return (
    <div className={styles.sheet}>
      <p className={styles.lead}>
        On the new machine, open a terminal in Hearth’s folder (the same version as here, after{' '}
        <code>npm ci</code>) and run:
      </p>
      <SegmentedControl
        aria-label="System of the new machine"
        value={system}
        onChange={(value) => setSystem(value as System)}
        data={[...systems]}
      />
      {url === undefined ? (
        <p className={styles.warning} role="alert">
          Hearth listens on this computer only, so that no other machine can reach it. Start it with{' '}
          <code>--host 0.0.0.0</code>, and better with <code>--tls</code> too, then add the machine.
        </p>
      ) : (
        <CopyText text={pairingCommand(system, url, made.code)} what="command" />
      )}
      <div className={styles.code}>
        <span className={styles.label}>Code</span>
        <strong>{humanPart(made.code)}</strong>
        <span className={styles.left} role="timer">
          {formatCountdown(leftMs)} left
        </span>
      </div>
      <p className={styles.waiting} role="status">
        <Status tone="busy">Waiting for the machine</Status>
        {known.triesLeft < 5 && (
          <span>
            {5 - known.triesLeft} of 5 tries {known.triesLeft === 4 ? 'was' : 'were'} wrong
          </span>
        )}
      </p>
      <p className={styles.hint}>
        The code works once, also when you close this. Add <code>--folder</code> and a path to let the machine
        look after pictures of its own.
      </p>
    </div>
  )
}

type OutcomeProps = Omit<PairingSheetProps, 'made'> & {
  code: PairingCodeView
  state: Exclude<PairingCodeView['state'], 'waiting'>
}

function Outcome({ code, state, isBusy, onAnother, onDone }: OutcomeProps) {
  const isIn = state === 'used'
  return (
    <div className={styles.sheet}>
      <div role="status" className={styles.outcome}>
        <Status tone={isIn ? 'good' : 'warn'}>
          {isIn
            ? `“${code.agent?.name ?? 'A machine'}” joined`
            : state === 'dead'
              ? 'Worthless now'
              : 'Run out'}
        </Status>
        <p>
          {isIn
            ? 'It works for this library from now on. Its name and how much it does can be changed under Machines.'
            : state === 'dead'
              ? 'The code was tried five times with a wrong secret. If that was not you, somebody on the network guesses.'
              : 'The code was good for ten minutes, and nobody used it.'}
        </p>
      </div>
      <div className={styles.answers}>
        <Button variant="default" loading={isBusy} onClick={onAnother}>
          {isIn ? 'Add another' : 'Make a new code'}
        </Button>
        <Button onClick={onDone}>Done</Button>
      </div>
    </div>
  )
}

function ownSystem(): System {
  if (/Windows/.test(navigator.userAgent)) return 'Windows'
  return /Mac OS/.test(navigator.userAgent) ? 'macOS' : 'Linux'
}
