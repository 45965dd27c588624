/** How much of each fault is injected. Times in milliseconds. */
export type FaultSizes = {
  /** R1 */
  agentsKilled: { kills: number; jobs: number }
  /** R2 */
  agentsPaused: { pauses: number; leaseTtlMs: number }
  /** R2: not the agents pause but their lines. */
  linesStalled: { stalls: number; leaseTtlMs: number }
  /** R33: all agents at once. */
  allPaused: { pausesMs: readonly number[]; leaseTtlMs: number }
  /** R3, on each database. */
  coordinatorKilled: { kills: number; files: number }
  /** R5; the photos are read twice, once through a good line. */
  framesLost: { jobs: number; photos: number; cuts: number }
  /** R6: the line is down for each of these, in each of three ways. */
  networkSplit: { downMs: readonly number[]; rounds: number; leaseTtlMs: number }
  /** R7 */
  clocks: { jobs: number }
  /** R8 */
  poisonJob: { jobs: number }
  /** R9 */
  nativeCalls: { calls: number }
  /** R10 */
  busyHandler: { busyMs: number; leaseTtlMs: number }
  /** R29 */
  flood: { packets: number }
  /** R37: kills on each database. */
  migrationKilled: { onServer: number; onEmbedded: number }
  /** R35 */
  soak: { seconds: number; jobsPerSecond: number }
  /** R32: how long the machine takes to start; then it never does, and is given up by the same policy. */
  wake: { bootMs: readonly number[]; packetEverySeconds: number; giveUpSeconds: number }
  /** R33: with a system that says when it sleeps. */
  lidClosed: { times: number; closedMs: number }
  /** R16; so many kills while photos are read, and again while sidecars are written. */
  originals: { photos: number; kills: number }
  /** R17 */
  sidecarKilled: { kills: number; foreignEdits: number }
  /** The process that runs models, in the middle of pictures of which most are none; and the coordinator is away. */
  visionKilled: { photos: number; malformed: number; kills: number; coordinatorAwayMs: number }
  /** R34 */
  manyStarts: { atOnce: number; starts: number }
}

/** For every run of the tests: a few minutes on two cores. */
const short: FaultSizes = {
  agentsKilled: { kills: 20, jobs: 500 },
  agentsPaused: { pauses: 10, leaseTtlMs: 2_000 },
  linesStalled: { stalls: 10, leaseTtlMs: 2_000 },
  allPaused: { pausesMs: [4_000, 4_000], leaseTtlMs: 2_000 },
  coordinatorKilled: { kills: 5, files: 200 },
  framesLost: { jobs: 150, photos: 20, cuts: 4 },
  networkSplit: { downMs: [4_000], rounds: 1, leaseTtlMs: 2_000 },
  clocks: { jobs: 100 },
  poisonJob: { jobs: 60 },
  nativeCalls: { calls: 10 },
  busyHandler: { busyMs: 8_000, leaseTtlMs: 3_000 },
  flood: { packets: 5_000 },
  wake: { bootMs: [1_000], packetEverySeconds: 1, giveUpSeconds: 6 },
  lidClosed: { times: 3, closedMs: 2_000 },
  migrationKilled: { onServer: 10, onEmbedded: 3 },
  soak: { seconds: 20, jobsPerSecond: 200 },
  originals: { photos: 60, kills: 2 },
  sidecarKilled: { kills: 50, foreignEdits: 30 },
  visionKilled: { photos: 60, malformed: 200, kills: 4, coordinatorAwayMs: 10_000 },
  manyStarts: { atOnce: 15, starts: 10 },
}

/** The numbers that Hearth promises. */
const full: FaultSizes = {
  agentsKilled: { kills: 200, jobs: 5_000 },
  agentsPaused: { pauses: 100, leaseTtlMs: 2_000 },
  linesStalled: { stalls: 100, leaseTtlMs: 2_000 },
  // The last is longer than any connection lives without a ping.
  allPaused: { pausesMs: [...Array<number>(19).fill(4_000), 60_000], leaseTtlMs: 2_000 },
  coordinatorKilled: { kills: 100, files: 5_000 },
  framesLost: { jobs: 5_000, photos: 500, cuts: 50 },
  networkSplit: { downMs: [10_000, 60_000, 300_000], rounds: 1, leaseTtlMs: 5_000 },
  clocks: { jobs: 5_000 },
  poisonJob: { jobs: 1_000 },
  nativeCalls: { calls: 100 },
  busyHandler: { busyMs: 50_000, leaseTtlMs: 5_000 },
  flood: { packets: 100_000 },
  wake: { bootMs: [1_000, 30_000, 90_000], packetEverySeconds: 5, giveUpSeconds: 120 },
  lidClosed: { times: 20, closedMs: 40_000 },
  migrationKilled: { onServer: 80, onEmbedded: 80 },
  soak: { seconds: 600, jobsPerSecond: 200 },
  originals: { photos: 10_000, kills: 10 },
  sidecarKilled: { kills: 1_000, foreignEdits: 500 },
  visionKilled: { photos: 500, malformed: 1_000, kills: 40, coordinatorAwayMs: 60_000 },
  manyStarts: { atOnce: 50, starts: 50 },
}

export function faultSizes(isFull: boolean): FaultSizes {
  return isFull ? full : short
}
