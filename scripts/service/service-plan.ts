/** What can run as a service. `up`: everything on one machine. */
export const serviceRoles = ['up', 'coordinator', 'agent'] as const
export type ServiceRole = (typeof serviceRoles)[number]

/** A process that the system starts by itself, whatever the system is. Paths are absolute. */
export type ServicePlan = {
  role: ServiceRole
  /** For one person, while they are signed in; else for the machine, from its start. */
  isForUser: boolean
  /** Program and arguments. */
  command: readonly string[]
  workingFolder: string
  /** Who it runs as; undefined for a service of the person who installs it. */
  user: string | undefined
  /** Hearth's own folders, which must exist. */
  writable: readonly string[]
  /** Libraries. */
  readOnly: readonly string[]
  /** Whether it may use devices, such as a GPU. */
  needsDevices: boolean
  /** More memory than that and the system ends it; undefined sets no limit. */
  maxMemoryMb: number | undefined
}

/** Longer than the processes' own limit for stopping in order, in seconds. */
export const STOP_SECONDS: Readonly<Record<ServiceRole, number>> = { up: 60, coordinator: 30, agent: 30 }

export const descriptions: Readonly<Record<ServiceRole, string>> = {
  up: 'Hearth: private media library',
  coordinator: 'Hearth: coordinator',
  agent: 'Hearth: agent',
}

/** `hearth` for all in one, `hearth-agent`. */
export function serviceName(role: ServiceRole): string {
  return role === 'up' ? 'hearth' : `hearth-${role}`
}
