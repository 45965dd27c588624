import { constants } from 'node:fs'
import { access, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { liesWithin } from '../../../agents/vault/absolute-path.ts'
import type { Check, Finding } from '../finding.ts'

/** A share that is gone without a word answers never. */
const ANSWER_LIMIT_MS = 3_000
const Roots = z.array(z.string())
const AgentFile = z.object({ roots: Roots.optional() })

/** The folders of pictures that are known here: whether they are there, and can be read. */
export const checkRoots: Check = async ({ data, state }) => {
  const remembered = Roots.safeParse(await readJson(join(data, 'roots.json')))
  const agent = AgentFile.safeParse(await readJson(join(state, 'agent.json')))
  const roots = new Set([...(remembered.data ?? []), ...(agent.data?.roots ?? [])])
  const findings = await Promise.all([...roots].map(look))
  const around = [...roots].find((root) => [data, state].some((own) => liesWithin(root, own)))
  if (around !== undefined) findings.push(ownFolderInside(around))
  return findings
}

/** What reads pictures may read all of a library, so a key in it is not safe from them. */
function ownFolderInside(root: string): Finding {
  return {
    name: 'library',
    result: 'warn',
    found: `${root} has Hearth’s own folder in it, with its keys`,
    advice: 'Give Hearth a folder outside of all libraries (--data, --state)',
  }
}

async function look(root: string): Promise<Finding> {
  const name = 'library'
  const limit = new Promise<'silent'>((resolve) => setTimeout(resolve, ANSWER_LIMIT_MS, 'silent').unref())
  const answer = await Promise.race([tryReading(root), limit])
  if (answer === 'fine') return { name, result: 'ok', found: root }
  const [found, advice] = {
    silent: ['does not answer', 'Its disk or share hangs: connect it again'],
    empty: ['is empty', 'Is its disk or share mounted?'],
    ENOENT: ['is not there', 'Is its disk or share mounted?'],
    EACCES: ['may not be read', 'Give the user who runs the agent the right to read it'],
    other: ['cannot be read', 'Look at it with ls'],
  }[answer]
  return { name, result: 'warn', found: `${root} ${found}`, advice: advice ?? '' }
}

async function tryReading(root: string): Promise<'fine' | 'empty' | 'ENOENT' | 'EACCES' | 'other'> {
  try {
    await access(root, constants.R_OK | constants.X_OK)
    return (await readdir(root)).length === 0 ? 'empty' : 'fine'
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    return code === 'ENOENT' || code === 'EACCES' ? code : 'other'
  }
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return undefined
  }
}
