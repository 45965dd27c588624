import type { Check } from '../finding.ts'

const OLDEST_MAJOR = 24

export const checkNode: Check = async () => {
  const { node } = process.versions
  const found = `${node} (${process.execPath})`
  if (Number.parseInt(node, 10) >= OLDEST_MAJOR) return [{ name: 'Node', result: 'ok', found }]
  return [
    { name: 'Node', result: 'fail', found, advice: 'Start Hearth through npm, which brings Node 26 along' },
  ]
}
