import type { Check, Finding } from '../finding.ts'

/** Native or large: those that an incomplete installation lacks. */
const libraries: Record<string, () => Promise<unknown>> = {
  sharp: () => import('sharp'),
  'onnxruntime-node': () => import('onnxruntime-node'),
  '@electric-sql/pglite': () => import('@electric-sql/pglite'),
}

export const checkLibraries: Check = async () => {
  const findings: Finding[] = []
  for (const [name, load] of Object.entries(libraries)) {
    const failure = await load().then(
      () => undefined,
      (error: Error) => error.message.split('\n')[0],
    )
    if (failure !== undefined) {
      findings.push({
        name: 'libraries',
        result: 'fail',
        found: `${name} does not load: ${failure}`,
        advice: "Run npm ci in Hearth's folder",
      })
    }
  }
  const all = `${Object.keys(libraries).join(', ')} load`
  return findings.length > 0 ? findings : [{ name: 'libraries', result: 'ok', found: all }]
}
