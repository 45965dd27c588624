import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Check } from '../finding.ts'

const INTERFACES = '/sys/class/net'

/** Whether the network cards of an agent's machine may wake it. Nothing is said of machines without an agent. */
export const checkWake: Check = async ({ state, platform }) => {
  const isAgent = await readFile(join(state, 'agent-key.pem')).then(
    () => true,
    () => false,
  )
  if (!isAgent || platform !== 'linux') return []
  const names = await readdir(INTERFACES).catch(() => [])
  const cards = (
    await Promise.all(
      names.map(async (name) => {
        const file = join(INTERFACES, name, 'device/power/wakeup')
        const setting = await readFile(file, 'latin1').catch(() => undefined)
        return setting === undefined ? [] : [{ name, isEnabled: setting.trim() === 'enabled' }]
      }),
    )
  ).flat()
  if (cards.length === 0) return []
  const able = cards.filter(({ isEnabled }) => isEnabled).map(({ name }) => name)
  if (able.length > 0)
    return [{ name: 'wake', result: 'ok', found: `${able.join(', ')} may wake this machine` }]
  return [
    {
      name: 'wake',
      result: 'warn',
      found: 'no network card may wake this machine',
      advice: `If it is to sleep and be woken: ethtool -s ${cards[0]!.name} wol g, and Wake-on-LAN in its firmware`,
    },
  ]
}
