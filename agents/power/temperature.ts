import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

const ZONES = '/sys/class/thermal'
/** A sensor that shows something else is broken, in °C. */
const [COLDEST, HOTTEST] = [-20, 150]

/** Of the hottest zone that the system shows, in °C; null where there is none. */
export async function readTemperature(folder = ZONES): Promise<number | null> {
  const names = await readdir(folder).catch(() => [])
  const zones = names.filter((name) => name.startsWith('thermal_zone'))
  const read = async (name: string) =>
    Number(await readFile(join(folder, name, 'temp'), 'utf8').catch(() => 'none')) / 1_000
  const temperatures = (await Promise.all(zones.map(read))).filter((c) => c > COLDEST && c < HOTTEST)
  return temperatures.length === 0 ? null : Math.max(...temperatures)
}
