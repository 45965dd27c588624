/** Raised when an old agent or coordinator could misunderstand the other. */
export const PROTOCOL_VERSION = 3

/** What one side can speak, both inclusive. */
export type VersionRange = { oldest: number; newest: number }

/**
 * Version 2 is not among them: its hello was not bound to the coordinator it was meant for, so that any other
 * coordinator could have passed it on.
 */
export const ownVersions: VersionRange = { oldest: 3, newest: PROTOCOL_VERSION }

/** The newest version that both speak, or which side is too old to be understood by the other. */
export function agreeOnVersion(
  agent: VersionRange,
  coordinator: VersionRange,
): number | 'agent' | 'coordinator' {
  if (agent.newest < coordinator.oldest) return 'agent'
  if (coordinator.newest < agent.oldest) return 'coordinator'
  return Math.min(agent.newest, coordinator.newest)
}

/** What to do when the two cannot talk, for the end of a sentence that says so. */
export function upgradeAdvice(older: 'agent' | 'coordinator'): string {
  return older === 'agent'
    ? 'upgrade the agent: put the coordinator’s version of Hearth on that machine and start it again'
    : 'upgrade the coordinator: put the agent’s version of Hearth on its machine and start it again'
}
