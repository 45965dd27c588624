import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tls from 'node:tls'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { childEnvironment } from '../../config/test-environment.ts'
import type { AgentView, LibraryView } from '../../protocol/fleet.ts'
import { canSplitNetworks } from '../faults/testing/split-network.ts'
import { until } from '../faults/testing/until.ts'
import { generatePhotos } from '../fixtures/generate-photos.ts'
import { ApiClient } from '../start/testing/api-client.ts'
import { treeState } from '../start/testing/tree-state.ts'
import { readWalkthrough, type Step } from './read-walkthrough.ts'
import { type MachineName, ThreeNetworks } from './three-networks.ts'

const hearth = join(import.meta.dirname, '..', 'hearth.ts')
const PHOTOS = 12
const LIMIT_MS = 120_000

let folder = ''
const running: { child: ChildProcess; output: () => string }[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearth-fleet-'))
})
afterEach(async () => {
  for (const { child } of running.splice(0)) {
    if (child.exitCode === null) child.kill('SIGKILL')
  }
  rmSync(folder, { recursive: true, force: true })
})

test.skipIf(!canSplitNetworks())(
  'from nothing to a filled gallery on three machines, by the commands of docs/fleet.md alone',
  { timeout: 2 * LIMIT_MS },
  async () => {
    using networks = new ThreeNetworks()
    const photos = join(folder, 'photos')
    await generatePhotos({ folder: photos, count: PHOTOS, widthPx: 1_600, heightPx: 1_200 })
    const before = treeState(photos)
    const url = `https://${networks.addressOf('server')}:8470`

    const type = ({ machine, args }: Step, code = '') => {
      const home = join(folder, machine)
      const typed = args.map((arg) =>
        arg
          .replace('https://server.home:8470', url)
          .replace(/^CODE$/, code)
          .replace('/volume1/photo', photos),
      )
      const [command = '', ...parameters] = [
        ...networks.under(machine as MachineName),
        process.execPath,
        hearth,
        ...typed,
      ]
      const child = spawn(command, parameters, {
        // Each machine has a home of its own, and so its own data and keys.
        env: childEnvironment({
          HOME: home,
          XDG_DATA_HOME: undefined,
          DATABASE_URL: undefined,
          NODE_OPTIONS: undefined,
          VITEST: undefined,
        }),
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let output = ''
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text) => (output += text))
      const process_ = { child, output: () => `${machine}: ${output}` }
      running.push(process_)
      return process_
    }
    const steps = readWalkthrough()
    const next = (machine: MachineName) => {
      const step = steps.shift()
      expect(step?.machine).toBe(machine)
      return step!
    }

    const server = type(next('server'))
    const token = await said(server, /#token=(\S+)/)
    tls.setDefaultCACertificates([await certificateOf(networks.addressOf('server'))])
    const api = new ApiClient(url)
    await api.setUp(token)
    const newCode = async () => (await api.post<{ code: string }>('/api/agents/pairing-codes', {})).code

    const nas = type(next('nas'), await newCode())
    await untilOnline(api, 'nas', nas)
    const adding = type(next('server'))
    const [status] = await once(adding.child, 'exit')
    expect(status, adding.output()).toBe(0)
    await until('all pictures are shown', LIMIT_MS, async () => {
      const libraries = await api.get<{ items: LibraryView[] }>('/api/libraries')
      return libraries.items[0]?.assets === PHOTOS && !libraries.items[0].scanning
    })
    const laptop = type(next('laptop'), await newCode())
    await untilOnline(api, 'laptop', laptop)

    const { items } = await api.get<{ items: { id: number; state: string }[] }>('/api/assets?limit=50')
    expect(items).toHaveLength(PHOTOS)
    const picture = await api.fetch(`/api/assets/${items[0]!.id}/thumbnail`)
    expect(picture.headers.get('content-type')).toMatch(/^image\//)
    const original = await api.fetch(`/api/assets/${items[0]!.id}/original`)
    expect((await original.arrayBuffer()).byteLength).toBeGreaterThan(10_000)

    for (const { child, output } of [laptop, nas, server]) {
      child.kill('SIGTERM')
      const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode]
      expect(code, output()).toBe(0)
    }
    expect(treeState(photos)).toEqual(before)
  },
)

async function said({ child, output }: (typeof running)[number], pattern: RegExp): Promise<string> {
  await until(`it says ${pattern}`, LIMIT_MS, () => {
    if (child.exitCode !== null) throw new Error(output())
    return pattern.test(output())
  })
  return pattern.exec(output())![1]!
}

async function untilOnline(
  api: ApiClient,
  name: string,
  { child, output }: (typeof running)[number],
): Promise<void> {
  await until(`${name} is online`, LIMIT_MS, async () => {
    if (child.exitCode !== null) throw new Error(output())
    const { items } = await api.get<{ items: AgentView[] }>('/api/agents')
    return items.some((agent) => agent.name === name && agent.state === 'online')
  })
}

/** As a browser does whose owner has accepted it. */
async function certificateOf(host: string): Promise<string> {
  const socket = tls.connect({ host, port: 8470, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const { raw } = socket.getPeerCertificate()
  socket.destroy()
  const lines = raw.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
