export type SourceImport = { name: string; typeOnly: boolean }

/** What a TypeScript file imports or re-exports, whether once, for a side effect or at run time. */
export function findImports(code: string): SourceImport[] {
  const text = withoutComments(code)
  const statements = text.matchAll(/^\s*(?:import|export)\s+(type\s)?[^'"]*?\bfrom\s*['"]([^'"\n]+)['"]/gm)
  const others = text.matchAll(/(?:^\s*import\s*|\bimport\s*\(\s*)['"]([^'"\n]+)['"]/gm)
  return [
    ...[...statements].map(([, type, name = '']) => ({ name, typeOnly: type !== undefined })),
    ...[...others].map(([, name = '']) => ({ name, typeOnly: false })),
  ]
}

/** The code without comments; strings that look like comments go as well, which no check minds. */
export function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}
