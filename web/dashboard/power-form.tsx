import { Button, NativeSelect, TextInput } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import type { AgentView } from '../../protocol/fleet.ts'
import type { PowerDetail } from '../../protocol/power.ts'
import { callApi } from '../api/call-api.ts'
import { sayDone } from '../ui/say-done.ts'
import styles from './power.module.css'
import { type PowerChange, type PowerFields, readPowerForm, showPower } from './read-power-form.ts'
import { useAgentAction } from './use-agent-action.ts'

const wakes = [
  { value: 'asleep', label: 'when it went to sleep' },
  { value: 'gone', label: 'also when it is off or was cut off' },
  { value: 'never', label: 'never by itself' },
]

/** When a machine sleeps and is woken, and how it is called. */
export function PowerForm({ agent, power }: { agent: AgentView; power: PowerDetail }) {
  const [fields, setFields] = useState(() => showPower(agent, power))
  const [wrong, setWrong] = useState<Partial<Record<keyof PowerFields, string>>>({})
  const save = useAgentAction(async ({ wake, sleepAfterMinutes }: PowerChange) => {
    const answer = await callApi('updateAgent', {
      params: { id: agent.id },
      body: { wake, sleepAfterMinutes },
    })
    sayDone('Saved.')
    return answer
  }, `“${agent.name}” could not be changed`)
  const set = (change: Partial<PowerFields>) => setFields((before) => ({ ...before, ...change }))
  const text = (name: keyof PowerFields, label: string) => ({
    label,
    size: 'sm' as const,
    value: fields[name] as string,
    error: wrong[name],
    autoComplete: 'off',
    onChange: (event: { currentTarget: { value: string } }) => set({ [name]: event.currentTarget.value }),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const read = readPowerForm(fields, power)
    setWrong('wrong' in read ? read.wrong : {})
    if ('change' in read) save.mutate(read.change)
  }
  const { sleepsAfterMinutes, canSleep } = agent.power
  return (
    <form className={styles.section} onSubmit={submit}>
      <h2 className={styles.heading}>When it is woken for work</h2>
      <NativeSelect {...text('wake', 'Wake it')} data={wakes} />
      {fields.wake !== 'never' && (
        <>
          <div className={styles.pair}>
            <TextInput {...text('threshold', 'From so many waiting jobs on')} inputMode="numeric" />
            <TextInput
              {...text('patienceMinutes', 'Or when one has waited (min)')}
              inputMode="numeric"
              placeholder="never"
            />
          </div>
          <QuietHours
            windows={fields.quietHours}
            clock={power.clock}
            onChange={(quietHours) => set({ quietHours })}
          />
          <div className={styles.pair}>
            <TextInput
              {...text('coolDownMinutes', 'Rest before it is woken again (min)')}
              inputMode="numeric"
            />
            <TextInput {...text('attempts', 'Give up after so many wakes in vain')} inputMode="numeric" />
          </div>
        </>
      )}
      {canSleep && (
        <TextInput
          {...text('sleepAfterMinutes', 'Let it sleep without work after (min)')}
          inputMode="numeric"
          placeholder={sleepsAfterMinutes === null ? 'never' : String(sleepsAfterMinutes)}
          description="Never later than its own configuration says."
        />
      )}
      <details className={styles.more}>
        <summary>How it is called</summary>
        <p className={styles.quiet}>
          Now {power.route}
          {power.macAddresses.length > 0 && `, card ${power.macAddresses.join(', ')}`}.
        </p>
        <TextInput
          {...text('macAddresses', 'MAC address')}
          placeholder={power.macAddresses.join(', ') || '00:11:22:aa:bb:cc'}
          description="Empty: what the machine itself has said."
        />
        <TextInput {...text('secureOn', 'SecureOn password')} description="Few network cards have one." />
        <NativeSelect
          {...text('relay', 'Called by')}
          data={[
            { value: 'auto', label: 'the server, or a machine in its network' },
            { value: 'none', label: 'the server alone' },
            ...power.relays.map(({ id, name }) => ({ value: String(id), label: name })),
            ...knownRelay(fields.relay, power),
          ]}
        />
        <TextInput
          {...text('addresses', 'Further addresses')}
          placeholder="192.168.7.255"
          description="Such as the broadcast address of a network behind a router."
        />
      </details>
      <Button type="submit" size="sm" className={styles.save} loading={save.isPending}>
        Save
      </Button>
    </form>
  )
}

/** One that was chosen and could not call now is still what was chosen. */
function knownRelay(relay: string, { relays }: PowerDetail) {
  const isListed = ['auto', 'none', ...relays.map(({ id }) => String(id))].includes(relay)
  return isListed ? [] : [{ value: relay, label: 'a machine that cannot call it now' }]
}

type QuietHoursProps = {
  windows: PowerFields['quietHours']
  clock: string
  onChange: (windows: PowerFields['quietHours']) => void
}

function QuietHours({ windows, clock, onChange }: QuietHoursProps) {
  const change = (at: number, part: Partial<PowerFields['quietHours'][number]>) =>
    onChange(windows.map((window, each) => (each === at ? { ...window, ...part } : window)))
  return (
    <fieldset className={styles.quietHours}>
      <legend>Quiet hours</legend>
      {windows.map((window, at) => (
        <div key={at} className={styles.window}>
          <TextInput
            type="time"
            size="sm"
            required
            aria-label="Quiet from"
            value={window.from}
            onChange={(event) => change(at, { from: event.currentTarget.value })}
          />
          <span>to</span>
          <TextInput
            type="time"
            size="sm"
            required
            aria-label="Quiet until"
            value={window.to}
            onChange={(event) => change(at, { to: event.currentTarget.value })}
          />
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            aria-label={`No quiet hours from ${window.from} to ${window.to}`}
            onClick={() => onChange(windows.filter((_, each) => each !== at))}
          >
            <IconX size={16} stroke={1.8} aria-hidden="true" />
          </Button>
        </div>
      ))}
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        onClick={() => onChange([...windows, { from: '22:00', to: '07:00' }])}
      >
        Add quiet hours…
      </Button>
      {windows.length > 0 && (
        <p className={styles.quiet}>By the server’s clock, which shows {clock}. No work wakes it then.</p>
      )}
    </fieldset>
  )
}
