import { AppError } from '../../protocol/errors.ts'
import type { AgentView } from '../../protocol/fleet.ts'
import type { JoinRequestView, NewPairingCode, PairingCodeView } from '../../protocol/pairing.ts'

export type FakePairing = {
  codes: PairingCodeView[]
  requests: JoinRequestView[]
  /** Addresses that the coordinator offers; none when it listens on loopback only. */
  urls: string[]
}

export function fakePairing(isAsked: boolean): FakePairing {
  const facts = { hostName: 'attic', os: 'Fedora 42', arch: 'x64', macAddresses: [] }
  const request: JoinRequestView = {
    id: 1,
    name: 'attic',
    facts: { ...facts, cpuModel: 'Ryzen 9', cpuCount: 24, memoryBytes: 64e9, gpu: 'RTX 4080' },
    address: '192.0.2.31',
    fingerprint: 'K7QM-2X9D-4TBA-QZ3N-0V5H-8RWE',
    askedAt: new Date().toISOString(),
  }
  return { codes: [], requests: isAsked ? [request] : [], urls: ['https://192.0.2.2:8470'] }
}

type World = { agents: AgentView[]; pairing: FakePairing }

/** The routes of pairing over an invented world. */
export function pairingHandlers(world: World, emit: (event: 'joining') => void) {
  const { pairing } = world
  const takeRequest = (id: number): JoinRequestView => {
    const request = pairing.requests.find((each) => each.id === id)
    if (!request)
      throw new AppError('not_found', `Join request ${id} is over: the machine does not ask any more`)
    pairing.requests = pairing.requests.filter((each) => each !== request)
    emit('joining')
    return request
  }
  return {
    createPairingCode: ({ body }: { body: { agentId: number | null } }): NewPairingCode => {
      const id = pairing.codes.length + 1
      const expiresAt = new Date(Date.now() + 10 * 60_000).toISOString()
      const place = world.agents.find((agent) => agent.id === body.agentId)
      const view: PairingCodeView = {
        id,
        selector: 'K7QM',
        state: 'waiting',
        expiresAt,
        triesLeft: 5,
        agent: place ? { id: place.id, name: place.name } : null,
      }
      pairing.codes.unshift(view)
      const code = 'K7QM-2X9D-4TBA-QZ3N.q1Zk3vXo0mWc7TtP9sRfL2hYbUeN5dGjA8iKxCrVw4Q'
      return { ...view, code, urls: pairing.urls }
    },
    listPairingCodes: () => ({ items: pairing.codes }),
    listJoinRequests: () => ({ items: pairing.requests }),
    approveJoinRequest: ({ params }: { params: { id: number } }): AgentView => {
      const { name, facts } = takeRequest(params.id)
      const [pattern] = world.agents
      if (!pattern) throw new AppError('not_found', 'This invented world has no machine to take after')
      const agent: AgentView = { ...pattern, id: 99, name, facts, roots: [], capabilities: [], leases: 0 }
      world.agents.push(agent)
      return agent
    },
    refuseJoinRequest: ({ params }: { params: { id: number } }) => {
      takeRequest(params.id)
      return {}
    },
  }
}
