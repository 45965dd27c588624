import { expect, test } from 'vitest'
import { providerChoices } from './choose-provider.ts'

const wanted = ['tensorrt', 'cuda', 'dml', 'coreml', 'webgpu', 'cpu'] as const

test('what cannot be here is not tried, and says why; the rest keeps the order of the configuration', () => {
  const choices = providerChoices(wanted, 'linux', ['cpu', 'cuda', 'tensorrt', 'dml'], ['tensorrt'])
  expect(choices).toEqual([
    { provider: 'tensorrt', reason: 'its self-test ended the process' },
    { provider: 'cuda', reason: null },
    { provider: 'dml', reason: 'not on linux' },
    { provider: 'coreml', reason: 'not on linux' },
    { provider: 'webgpu', reason: 'not part of this build of ONNX Runtime' },
    { provider: 'cpu', reason: null },
  ])
})
