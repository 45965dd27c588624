import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { coordinatorEvents } from '../../protocol/agents.ts'
import { createTransferId, homeOfTransfer } from './transfer-id.ts'

test('a transfer’s id says which coordinator waits, fits into the protocol and into a path, and never repeats', () => {
  const { transferId: agreed } = coordinatorEvents['bytes.send'].shape
  for (let round = 0; round < 200; round += 1) {
    const home = randomUUID()
    const id = createTransferId(home)
    expect(homeOfTransfer(id)).toBe(home)
    expect(agreed.parse(id)).toMatch(/^[\w-]+$/)
    expect(createTransferId(home)).not.toBe(id)
  }
})

test('what is no transfer’s id names no coordinator', () => {
  for (const id of ['', 'A', '..%2f..%2f', 'Zoë'.repeat(9), '*'.repeat(54)]) {
    expect(homeOfTransfer(id), id).toBeUndefined()
  }
})
