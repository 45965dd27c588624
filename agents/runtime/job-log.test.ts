import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createJobLog } from './job-log.ts'

function logs(level: string) {
  const written: { level: number; msg: string; jobId?: number; part?: string }[] = []
  const told: [string, string][] = []
  const parent = pino({ level }, { write: (line) => void written.push(JSON.parse(line)) })
  const log = createJobLog(parent, { jobId: 7 }, (level, text) => told.push([level, text]))
  return { log, written, told }
}

test('lines from info upwards are told and written', () => {
  const { log, written, told } = logs('debug')
  log.debug('too much')
  log.info({ files: 1 }, 'read')
  log.warn('slow')
  log.fatal('over')
  expect(told).toEqual([
    ['info', 'read { files: 1 }'],
    ['warn', 'slow'],
    ['error', 'over'],
  ])
  expect(written.map(({ msg, jobId }) => [msg, jobId])).toEqual(
    ['too much', 'read', 'slow', 'over'].map((text) => [text, 7]),
  )
})

test('a job tells its lines although the process does not write them', () => {
  const { log, written, told } = logs('error')
  log.info('read')
  expect([written.length, told]).toEqual([0, [['info', 'read']]])
})

test.each([undefined, { level: 'debug' }])('children tell once too (%j)', (options) => {
  const { log, written, told } = logs('debug')
  log.child({ part: 'a' }, options!).child({ deeper: true }, options!).info('read')
  expect(told).toEqual([['info', 'read']])
  expect(written).toMatchObject([{ msg: 'read', jobId: 7, part: 'a' }])
})
