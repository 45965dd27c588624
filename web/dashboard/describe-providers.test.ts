import { expect, test } from 'vitest'
import { fakeProviders } from '../dev/fake-models.ts'
import { describeProviders } from './describe-providers.ts'

test('a machine says on what it runs models, and why on nothing better', () => {
  expect(describeProviders(fakeProviders(false))).toEqual({
    line: 'Runs models on CUDA, 2 sessions',
    works: true,
    others: [{ name: 'TensorRT', reason: 'Not part of this build of ONNX Runtime.' }],
  })
})

test.each([
  [{ sessions: 4, threads: 2 }, ', 4 sessions with 2 threads each'],
  [{ sessions: 1, threads: 8 }, ', 8 threads'],
  [{ sessions: 1, threads: 1 }, ''],
  [{}, ''],
])('how the processor is shared out among sessions is said: %o', (shares, said) => {
  const words = describeProviders([{ provider: 'cpu', works: true, reason: null, ...shares }])
  expect(words?.line).toBe(`Runs models on the processor${said}`)
})

test('a machine on which nothing works says so, with each reason', () => {
  const words = describeProviders(fakeProviders(true))
  expect(words).toMatchObject({ works: false, line: expect.stringContaining('Cannot run models') })
  expect(words?.others.map(({ name }) => name)).toEqual(['TensorRT', 'CUDA', 'The processor'])
})

test('a machine that has run no model says nothing', () => {
  expect(describeProviders([])).toBeNull()
})
