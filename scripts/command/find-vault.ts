import { AppError } from '../../protocol/errors.ts'
import type { AgentView } from '../../protocol/fleet.ts'

/** The one agent that may read a folder. */
export function findVault(agents: readonly AgentView[], folder: string): AgentView {
  const able = agents.filter(({ roots }) =>
    roots.some((root) => folder === root || folder.startsWith(root.endsWith('/') ? root : `${root}/`)),
  )
  if (able.length === 1) return able[0]!
  const names = (able.length > 1 ? able : agents).map(({ name }) => name).join(', ')
  throw new AppError(
    'bad_request',
    able.length > 1
      ? `Several agents may read ${folder}: say which with --agent, one of ${names}`
      : `No agent may read ${folder}: let one do so in its configuration (roots), or say which with --agent, one of ${names}`,
  )
}
