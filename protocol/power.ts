import { z } from 'zod'
import { DayWindow } from './day-window.ts'
import { AgentId } from './ids.ts'
import { MacAddress, SecureOn } from './magic-packet.ts'

/**
 * How it is with a machine.
 *
 * `draining`: connected and takes no more work. `asleep`: said that it goes to sleep. `waking`: packets are being
 * sent. `booting`: it answers on the network, its agent not yet. `unreachable`: it was called in vain. `offline`: it
 * went without a word.
 */
export const MachineState = z.enum([
  'online',
  'draining',
  'asleep',
  'waking',
  'booting',
  'unreachable',
  'offline',
])
export type MachineState = z.infer<typeof MachineState>

/** The UDP ports at which network cards are called: discard and echo. */
export const WakePort = z.union([z.literal(9), z.literal(7)])

/** The most packets of one wake, however long it goes on. */
export const MAX_WAKE_PACKETS = 30

/** When and how one machine is woken. */
export const WakePolicy = z.object({
  /** `asleep`: when it went to sleep by itself. `gone`: also when it went without a word. */
  wake: z.enum(['never', 'asleep', 'gone']),
  /** Jobs that must wait for it. */
  threshold: z.int().min(1).max(1_000_000),
  /** However few wait, after so long it is woken; null: never. */
  patienceMinutes: z.int().min(1).max(10_080).nullable(),
  /** By the clock of the coordinator; nobody's sleep is disturbed then. */
  quietHours: z.array(DayWindow).max(14),
  /** Rests for so long after it went to sleep before it is woken again. */
  coolDownMinutes: z.int().min(0).max(1_440),
  /** Wakes in a row that may be in vain; then only a person tries again. */
  attempts: z.int().min(1).max(20),
  packetEverySeconds: z.int().min(1).max(60),
  giveUpSeconds: z.int().min(3).max(900),
  /** Null: what the machine itself has said. */
  macAddresses: z.array(MacAddress).min(1).max(4).nullable(),
  secureOn: SecureOn.nullable(),
  port: WakePort,
  /** Of the coordinator's machine, by name; empty: all. */
  interfaces: z.array(z.string().min(1).max(64)).max(16),
  /** Further addresses to send to, such as the broadcast address of a network behind a router. */
  addresses: z.array(z.ipv4()).max(8),
  /** Which machine calls it on its own network: chosen as needed, none, or this one. */
  relay: z.union([z.literal('auto'), z.literal('none'), AgentId]),
})
export type WakePolicy = z.infer<typeof WakePolicy>

/** What holds until a person says otherwise. */
export const defaultWakePolicy: WakePolicy = {
  wake: 'asleep',
  threshold: 1,
  patienceMinutes: 60,
  quietHours: [],
  coolDownMinutes: 5,
  attempts: 3,
  packetEverySeconds: 5,
  giveUpSeconds: 120,
  macAddresses: null,
  secureOn: null,
  port: 9,
  interfaces: [],
  addresses: [],
  relay: 'auto',
}

/** What is not given stays as it is. */
export const WakePolicyChange = WakePolicy.partial().meta({ id: 'WakePolicyChange' })
export type WakePolicyChange = z.infer<typeof WakePolicyChange>

/** What an agent says about its own power: after each greeting and at each change. */
export const PowerReport = z.object({
  /** `sleeping`: it goes to sleep by intent, now. It says hello again before anything else. */
  state: z.enum(['awake', 'sleeping']),
  /** `idle`: nothing to do. `asked`: by a person here. `system`: the machine itself, or whoever closed its lid. */
  because: z.enum(['idle', 'asked', 'system']).nullable(),
  /** Its owner lets it work again only then. */
  notBefore: z.iso.datetime().nullable(),
  /** Why it takes no new work though it is awake, for people. */
  yields: z.string().max(255).nullable(),
  /** It goes to sleep after so long without work; null: never by itself. */
  sleepsAfterMinutes: z.number().positive().max(1_000_000).nullable(),
  /** It has a sleep command. */
  canSleep: z.boolean(),
  /** It sends magic packets for the coordinator when it is asked to. */
  relays: z.boolean(),
  /** What went wrong when it tried to sleep, for people. */
  problem: z.string().max(500).nullable(),
})
export type PowerReport = z.infer<typeof PowerReport>

/** `stay`: there is work for it after all. */
export const PowerAnswer = z.object({ stay: z.boolean() })

/** Who is to be called, on every network of the agent that is asked. */
export const WakeCall = z.object({
  macAddresses: z.array(MacAddress).min(1).max(4),
  secureOn: SecureOn.nullable(),
  port: WakePort,
})
export type WakeCall = z.infer<typeof WakeCall>

/** What everybody sees of a machine's power. */
export const MachinePower = z.object({
  /** Since when its state is as it is, where that is known. */
  since: z.iso.datetime().nullable(),
  /** Why it takes no new work though it is awake. */
  yields: z.string().nullable(),
  sleepsAfterMinutes: z.number().nullable(),
  canSleep: z.boolean(),
  /** There is an address at which it can be called. */
  canWake: z.boolean(),
  /** The wake that goes on. */
  wake: z.object({ startedAt: z.iso.datetime(), packets: z.int(), byPerson: z.boolean() }).nullable(),
  /** How long it took to come back, the median of its last wakes. */
  usualMs: z.int().nullable(),
  /** What a person should know: why it is unreachable, or why it did not fall asleep. */
  problem: z.string().nullable(),
})
export type MachinePower = z.infer<typeof MachinePower>

/** One wake and what came of it. */
export const WakeEvent = z.object({
  startedAt: z.iso.datetime(),
  /** `work`: jobs waited. `person`, `test`: somebody asked for it. */
  cause: z.enum(['work', 'person', 'test']),
  /** Who asked. */
  account: z.string().nullable(),
  /** Jobs that waited when it began. */
  waiting: z.int().nonnegative(),
  packets: z.int().nonnegative(),
  /** Where the packets went, for people. */
  route: z.string().nullable(),
  /** `null`: it goes on. `cancelled`: the work was done elsewhere meanwhile. */
  outcome: z.enum(['online', 'gave_up', 'cancelled']).nullable(),
  /** From the first packet until its agent was back. */
  onlineMs: z.int().nonnegative().nullable(),
  /** How long it had slept. */
  sleptMs: z.int().nonnegative().nullable(),
  message: z.string().nullable(),
})
export type WakeEvent = z.infer<typeof WakeEvent>

/** Everything an administrator sees of a machine's power. */
export const PowerDetail = z
  .object({
    policy: WakePolicy,
    /** Addresses that are called: of the policy, else its own. */
    macAddresses: z.array(MacAddress),
    /** How it would be called now, for people. */
    route: z.string(),
    /** Why it is not being woken although it could be; null while nothing speaks against it. */
    holdsBack: z.string().nullable(),
    history: z.array(WakeEvent),
    /** What usually keeps machines like this one asleep, the likeliest first. */
    advice: z.array(z.object({ title: z.string(), text: z.string() })),
    /** Machines that could call it on their own network. */
    relays: z.array(z.object({ id: AgentId, name: z.string() })),
    /** What the clock of the coordinator shows, which quiet hours go by: `14:03`. */
    clock: z.string(),
  })
  .meta({ id: 'PowerDetail' })
export type PowerDetail = z.infer<typeof PowerDetail>
