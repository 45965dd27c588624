import { expect, test } from 'vitest'
import { fakeProviders } from '../dev/fake-models.ts'
import { describeProviders } from './describe-providers.ts'

test('a machine says on what it runs models, and why on nothing better', () => {
  expect(describeProviders(fakeProviders(false))).toEqual({
    line: 'Runs models on CUDA',
    works: true,
    others: [{ name: 'TensorRT', reason: 'Not part of this build of ONNX Runtime.' }],
  })
})

test('a machine on which nothing works says so, with each reason', () => {
  const words = describeProviders(fakeProviders(true))
  expect(words).toMatchObject({ works: false, line: expect.stringContaining('Cannot run models') })
  expect(words?.others.map(({ name }) => name)).toEqual(['TensorRT', 'CUDA', 'The processor'])
})

test('a machine that has run no model says nothing', () => {
  expect(describeProviders([])).toBeNull()
})
