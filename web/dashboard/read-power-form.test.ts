import { expect, test } from 'vitest'
import { defaultWakePolicy, type PowerDetail } from '../../protocol/power.ts'
import { readPowerForm, showPower } from './read-power-form.ts'

const power: PowerDetail = {
  policy: { ...defaultWakePolicy, quietHours: [{ from: '22:00', to: '07:00', days: ['sun'] }] },
  macAddresses: [],
  route: '',
  holdsBack: null,
  history: [],
  advice: [],
  relays: [],
  clock: '14:03',
}
const fields = showPower({ settings: { concurrency: {} } }, power)

test('what was not touched says what holds already', () => {
  const read = readPowerForm(fields, power)
  if (!('change' in read)) throw new Error('It was refused')
  const { wake, sleepAfterMinutes } = read.change
  expect({ ...power.policy, ...wake }).toEqual(power.policy)
  expect(sleepAfterMinutes).toBeNull()
})

test('addresses are read however they are divided, and an empty field is none', () => {
  const typed = {
    ...fields,
    macAddresses: '00:11:22:aa:bb:cc;\n00-11-22-AA-BB-CD',
    patienceMinutes: ' ',
    relay: '7',
  }
  expect(readPowerForm(typed, power)).toMatchObject({
    change: {
      wake: {
        macAddresses: ['00:11:22:aa:bb:cc', '00-11-22-AA-BB-CD'],
        patienceMinutes: null,
        relay: 7,
        secureOn: null,
      },
    },
  })
})

test.each([
  [{ threshold: '0' }, 'threshold'],
  [{ threshold: '' }, 'threshold'],
  [{ attempts: '1.5' }, 'attempts'],
  [{ coolDownMinutes: 'ten' }, 'coolDownMinutes'],
  [{ sleepAfterMinutes: '0' }, 'sleepAfterMinutes'],
  [{ macAddresses: '00:11:22' }, 'macAddresses'],
  [{ secureOn: '12' }, 'secureOn'],
  [{ addresses: '192.168.7.256' }, 'addresses'],
])('%j cannot be meant', (change, field) => {
  const read = readPowerForm({ ...fields, ...change }, power)
  expect(Object.keys('wrong' in read ? read.wrong : {})).toEqual([field])
})
