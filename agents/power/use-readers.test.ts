import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseGraphicsCard, readGraphicsCard } from './graphics-card.ts'
import { readInputIdle } from './input-idle.ts'
import { ProcessorUse } from './processor-use.ts'
import { readTemperature } from './temperature.ts'

/** A folder of programs that print what a test wants: the far side is the system. */
function fakePrograms(programs: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-programs-'))
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  const searchPath = `${folder}:/usr/bin:/bin`
  return { folder, searchPath, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}

const sinceUs = (Date.now() - 90_000) * 1_000

test.each([
  ['linux', { busctl: `printf 'b true\\nt ${sinceUs}\\n'` }, 90_000],
  ['linux', { busctl: `printf 'b false\\nt ${sinceUs}\\n'` }, 0],
  ['linux', { busctl: "printf 'b true\\nt 0\\n'", xprintidle: 'echo 4200' }, 4_200],
  ['linux', { busctl: 'exit 1', xprintidle: 'echo 4200' }, 4_200],
  ['linux', { busctl: 'echo nonsense', xprintidle: 'exit 1' }, null],
  ['darwin', { ioreg: `echo '    |   "HIDIdleTime" = 2500000000'` }, 2_500],
  ['darwin', { ioreg: 'echo nothing' }, null],
  ['win32', { powershell: 'echo 61000' }, 61_000],
  ['aix', {}, null],
] as const)('on %s %j means %s ms without a touch', async (platform, programs, expected) => {
  using fake = fakePrograms(programs as Record<string, string>)
  const idleMs = await readInputIdle(fake.searchPath, platform)
  if (expected === null || expected < 5_000) expect(idleMs).toBe(expected)
  else expect(Math.abs(idleMs! - expected)).toBeLessThan(30_000)
})

test('of several graphics cards the busiest, the fullest and the hottest count', async () => {
  expect(parseGraphicsCard('35, 8120, 61\n80, 100, 55\n')).toEqual({
    percent: 80,
    freeMb: 100,
    temperatureC: 61,
  })
  expect(parseGraphicsCard('[N/A], 8120, 61\n')).toBeNull()
  expect(parseGraphicsCard('No devices were found')).toBeNull()
  using fake = fakePrograms({ 'nvidia-smi': "echo '12, 4000, 50'" })
  expect(await readGraphicsCard(fake.searchPath)).toEqual({ percent: 12, freeMb: 4_000, temperatureC: 50 })
  expect(await readGraphicsCard('/nowhere')).toBeNull()
})

test('the hottest zone counts, and a broken sensor does not', async () => {
  using fake = fakePrograms({})
  for (const [zone, text] of Object.entries({
    thermal_zone0: '45000',
    thermal_zone1: '61500',
    thermal_zone2: '-274000',
    cooling_device0: '99000',
  })) {
    mkdirSync(join(fake.folder, zone))
    writeFileSync(join(fake.folder, zone, 'temp'), `${text}\n`)
  }
  expect(await readTemperature(fake.folder)).toBe(61.5)
  expect(await readTemperature(join(fake.folder, 'none'))).toBeNull()
})

test('what ran at a low priority is our own, and the rest is others’', () => {
  const times = [
    { busyMs: 1_000, niceMs: 1_000, allMs: 10_000 },
    { busyMs: 5_000, niceMs: 4_000, allMs: 20_000 },
    { busyMs: 5_000, niceMs: 4_000, allMs: 20_000 },
    { busyMs: 9_000, niceMs: 4_000, allMs: 30_000 },
  ]
  const use = new ProcessorUse(() => times.shift()!)
  expect(use.othersPercent(true, 'linux')).toBe(10)
  expect(use.othersPercent(true, 'linux')).toBeNull()
  expect(use.othersPercent(true, 'win32')).toBeNull()
})
