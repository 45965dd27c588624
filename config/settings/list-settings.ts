import { z } from 'zod'

/** One thing that can be set, as the schema says. */
export type Setting = {
  /** With its section in front: `coordinator.port`. */
  path: string
  kind: 'text' | 'number' | 'flag' | 'list' | 'json'
  /** For people: `number from 0 to 65535`. */
  values: string
  /** Undefined when there is none. */
  defaultValue: unknown
  isRequired: boolean
  description: string
  /** Never shown, and may be given as a file. */
  isSecret: boolean
  /** Another variable of the environment that gives it, of less weight than its own. */
  otherVariable: string | undefined
}

/** The part of JSON Schema that zod writes for our settings. */
type Node = {
  type?: string
  description?: string
  default?: unknown
  properties?: Record<string, Node>
  required?: string[]
  anyOf?: Node[]
  items?: Node
  enum?: unknown[]
  const?: unknown
  format?: string
  minimum?: number
  maximum?: number
  secret?: boolean
  environment?: string
}

/**
 * Everything that can be set in a schema, in its order. An object is no setting, what is in it is; so are lists
 * as a whole.
 */
export function listSettings(schema: z.ZodType): Setting[] {
  return inside(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node, '', true)
}

function inside(node: Node, prefix: string, isParentRequired: boolean): Setting[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`
    const isRequired = isParentRequired && (node.required ?? []).includes(name)
    const variants = (child.anyOf ?? [child]).filter(({ type }) => type !== 'null')
    const objects = variants.filter(({ properties }) => properties !== undefined)
    if (objects.length === 0) return [settingOf(path, child, variants[0] ?? child, isRequired)]
    // One of several, or none of it, can be chosen: so no part of it has to be there.
    const isChoice = objects.length > 1 || (child.anyOf ?? []).length > 1
    const words = variants.filter(({ properties }) => properties === undefined)
    const own = words.length === 0 ? [] : [settingOf(path, child, oneOf(words), isRequired)]
    return [...own, ...objects.flatMap((object) => inside(object, path, isRequired && !isChoice))]
  })
}

/** Several words to choose from, as one list of them. */
function oneOf(words: Node[]): Node {
  return { type: 'string', enum: words.flatMap((word) => word.enum ?? [word.const ?? word.type]) }
}

function settingOf(path: string, node: Node, variant: Node, isRequired: boolean): Setting {
  return {
    path,
    kind: kindOf(variant),
    values: valuesOf(variant),
    defaultValue: node.default,
    isRequired,
    description: node.description ?? variant.description ?? '',
    isSecret: (node.secret ?? variant.secret) === true,
    otherVariable: node.environment ?? variant.environment,
  }
}

function kindOf(node: Node): Setting['kind'] {
  if (node.type === 'integer' || node.type === 'number') return 'number'
  if (node.type === 'boolean') return 'flag'
  if (node.type === 'array') return node.items?.type === 'string' ? 'list' : 'json'
  return node.type === 'object' ? 'json' : 'text'
}

function valuesOf(node: Node): string {
  if (node.enum) return node.enum.join(', ')
  if (node.type === 'integer' || node.type === 'number') return `number${rangeOf(node)}`
  if (node.type === 'boolean') return 'true or false'
  if (node.type === 'array') {
    const item = node.items ?? {}
    return `list of ${item.type === 'object' ? 'objects' : item.format === 'uri' ? 'URLs' : 'texts'}`
  }
  if (node.format === 'uri') return 'URL'
  return node.type === 'object' ? 'object' : 'text'
}

function rangeOf({ minimum, maximum }: Node): string {
  const from = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? ` from ${minimum}` : ''
  const to = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? ` to ${maximum}` : ''
  return `${from}${to}`
}

/** How a setting is called in the environment: `HEARTH_COORDINATOR__DATA_FOLDER`. */
export function environmentName(path: string): string {
  const words = path.split('.').map((word) => word.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase())
  return `HEARTH_${words.join('__')}`
}

/** How it is called on the command line of its own section: `--data-folder`, `--keep-days.done`. */
export function flagName(path: string): string {
  const [, ...rest] = path.split('.')
  return `--${rest.join('.').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
