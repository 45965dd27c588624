import { withoutComments } from './source-imports.ts'

/**
 * The names that a file takes from a module, without types.
 *
 * @returns `*` for the whole of it, as in `import fs from 'node:fs'`
 */
export function findNamedImports(code: string, module: RegExp): string[] {
  const text = withoutComments(code)
  const imports = text.matchAll(/^\s*(?:import|export)\s+(type\s)?([^'"]*?)\bfrom\s*['"]([^'"\n]+)['"]/gm)
  const dynamic = [...text.matchAll(/\b(?:import|require)\s*\(\s*['"]([^'"\n]+)['"]/g)]
    .filter(([, name = '']) => module.test(name))
    .map(() => '*')
  const named = [...imports]
    .filter(([, type, , name = '']) => type === undefined && module.test(name))
    .flatMap(([, , what = '']) => {
      const list = /^\{([\s\S]*)\}\s*$/.exec(what.trim())?.[1]
      if (list === undefined) return ['*']
      return list
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part && !part.startsWith('type '))
        .map((part) => part.split(/\s+as\s+/)[0] ?? part)
    })
  return [...new Set([...named, ...dynamic])].sort()
}
