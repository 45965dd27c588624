import type { AgentView } from '../../protocol/fleet.ts'
import { MacAddress, SecureOn } from '../../protocol/magic-packet.ts'
import type { PowerDetail, WakePolicyChange } from '../../protocol/power.ts'

/** What stands in the form: text as it was typed. */
export type PowerFields = {
  wake: 'never' | 'asleep' | 'gone'
  threshold: string
  patienceMinutes: string
  quietHours: { from: string; to: string }[]
  coolDownMinutes: string
  attempts: string
  sleepAfterMinutes: string
  macAddresses: string
  secureOn: string
  /** `auto`, `none`, or the id of a machine. */
  relay: string
  addresses: string
}

export type PowerChange = { wake: WakePolicyChange; sleepAfterMinutes: number | null }

export function showPower({ settings }: Pick<AgentView, 'settings'>, { policy }: PowerDetail): PowerFields {
  return {
    wake: policy.wake,
    threshold: String(policy.threshold),
    patienceMinutes: policy.patienceMinutes === null ? '' : String(policy.patienceMinutes),
    quietHours: policy.quietHours.map(({ from, to }) => ({ from, to })),
    coolDownMinutes: String(policy.coolDownMinutes),
    attempts: String(policy.attempts),
    sleepAfterMinutes: settings.sleepAfterMinutes ? String(settings.sleepAfterMinutes) : '',
    macAddresses: policy.macAddresses?.join(', ') ?? '',
    secureOn: policy.secureOn ?? '',
    relay: String(policy.relay),
    addresses: policy.addresses.join(', '),
  }
}

/** What the form says, or which field cannot be meant. Days of quiet hours, which it does not show, stay. */
export function readPowerForm(
  fields: PowerFields,
  { policy }: PowerDetail,
): { change: PowerChange } | { wrong: Partial<Record<keyof PowerFields, string>> } {
  const wrong: Partial<Record<keyof PowerFields, string>> = {}
  const number = (name: keyof PowerFields, [from, to]: readonly [number, number], isOptional = false) => {
    const text = String(fields[name]).trim()
    if (isOptional && text === '') return null
    const value = Number(text)
    if (text === '' || !Number.isInteger(value) || value < from || value > to)
      wrong[name] = `A whole number from ${from} to ${to}`
    return value
  }
  const list = (
    name: 'macAddresses' | 'addresses',
    most: number,
    isGood: (text: string) => boolean,
    hint: string,
  ) => {
    const items = fields[name].split(/[\s,;]+/).filter(Boolean)
    if (items.length > most || !items.every(isGood)) wrong[name] = hint
    return items
  }
  const isMac = (text: string) => MacAddress.safeParse(text).success
  const isAddress = (text: string) =>
    /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split('.').every((part) => Number(part) <= 255)
  const macAddresses = list('macAddresses', 4, isMac, 'Up to four, such as 00:11:22:aa:bb:cc')
  const secureOn = fields.secureOn.trim()
  if (secureOn && !SecureOn.safeParse(secureOn).success)
    wrong.secureOn = 'Four or six bytes, such as 0a:00:00:01 or 00:11:22:aa:bb:cc'
  const change: PowerChange = {
    sleepAfterMinutes: number('sleepAfterMinutes', [1, 1_440], true),
    wake: {
      wake: fields.wake,
      threshold: number('threshold', [1, 1_000_000])!,
      patienceMinutes: number('patienceMinutes', [1, 10_080], true),
      quietHours: fields.quietHours.map((window, at) => ({ ...policy.quietHours[at], ...window })),
      coolDownMinutes: number('coolDownMinutes', [0, 1_440])!,
      attempts: number('attempts', [1, 20])!,
      macAddresses: macAddresses.length === 0 ? null : macAddresses,
      secureOn: secureOn || null,
      relay: fields.relay === 'auto' || fields.relay === 'none' ? fields.relay : Number(fields.relay),
      addresses: list('addresses', 8, isAddress, 'Up to eight, such as 192.168.7.255'),
    },
  }
  return Object.keys(wrong).length > 0 ? { wrong } : { change }
}
