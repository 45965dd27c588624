import { didYouMean } from '../../config/settings/nearest-word.ts'
import { AppError } from '../../protocol/errors.ts'
import type { FailureGroup, JobKindSummary, JobView } from '../../protocol/fleet.ts'
import { JobKind } from '../../protocol/jobs.ts'
import type { ConsoleScreen } from '../start/console-screen.ts'
import { chooseWord } from './choose-word.ts'
import type { Command } from './command.ts'
import { connectCoordinator, connectionOptions, connectionUsage } from './coordinator-client.ts'
import { describeAge, describeDuration } from './describe-time.ts'
import { type Column, printTable } from './print-table.ts'
import { readArguments } from './read-arguments.ts'

const usage = `Usage: hearth jobs [summary]
       hearth jobs list [--state STATE] [--kind KIND] [--limit NUMBER]
       hearth jobs failures
       hearth jobs retry ID | --all [--kind KIND] [--code CODE]
       hearth jobs cancel ID
       hearth jobs pause|resume KIND

summary    how much of each kind waits, runs, is done and failed, and how long it takes
list       single jobs, newest first (50)
failures   what failed for good, by reason
retry      queues one that failed again, or all of a kind or reason
cancel     takes one out of the queue, or stops it
pause      lets no more jobs of a kind start; resume lets them

${connectionUsage}

Examples:
  hearth jobs
  hearth jobs list --state dead --limit 10
  hearth jobs retry --all --code timed_out
  hearth jobs pause file.ingest`

const summaryColumns: Column<JobKindSummary>[] = [
  { title: 'kind', value: ({ kind }) => kind },
  { title: 'waiting', value: ({ queued }) => number(queued), align: 'right' },
  { title: 'running', value: ({ leased }) => number(leased), align: 'right' },
  { title: 'done', value: ({ done }) => number(done), align: 'right' },
  { title: 'failed', value: ({ dead }) => number(dead), align: 'right' },
  {
    title: 'left',
    value: ({ etaSeconds }) => (etaSeconds ? describeDuration(etaSeconds) : null),
    align: 'right',
  },
  { title: '', value: ({ paused, waitsFor }) => (paused ? 'paused' : (waitsFor ?? '')) },
]

const jobColumns: Column<JobView>[] = [
  { title: 'id', value: ({ id }) => id, align: 'right' },
  { title: 'kind', value: ({ kind }) => kind },
  { title: 'state', value: ({ state }) => state },
  { title: 'made', value: ({ createdAt }) => describeAge(createdAt) },
  {
    title: 'about',
    value: ({ subject, error, waitsFor }) => [subject, error?.message ?? waitsFor].filter(Boolean).join(': '),
  },
]

const failureColumns: Column<FailureGroup>[] = [
  { title: 'kind', value: ({ kind }) => kind },
  { title: 'code', value: ({ code }) => code },
  { title: 'jobs', value: ({ count }) => number(count), align: 'right' },
  { title: 'for example', value: ({ example }) => example },
]

/** `hearth jobs …` */
export const jobsCommand: Command = {
  usage,
  async run(args, screen) {
    const { chosen, rest } = chooseWord('jobs', args, {
      '': summary,
      summary,
      list,
      failures,
      retry,
      cancel,
      pause: setPaused(true),
      resume: setPaused(false),
    })
    await chosen(rest, screen)
  },
}

async function summary(args: readonly string[]): Promise<void> {
  const { values } = readArguments('jobs', args, connectionOptions)
  const { kinds } = await connectCoordinator(values).call('getJobSummary')
  if (values.json) process.stdout.write(`${JSON.stringify(kinds)}\n`)
  else printTable(summaryColumns, kinds, 'There is no work of any kind')
}

async function list(args: readonly string[]): Promise<void> {
  const filters = { state: { type: 'string' }, kind: { type: 'string' }, limit: { type: 'string' } } as const
  const { values } = readArguments('jobs', args, { ...connectionOptions, ...filters })
  const { state, limit = '50' } = values
  const kind = values.kind === undefined ? undefined : requireKind(values.kind)
  const { items } = await connectCoordinator(values).call('listJobs', { query: { kind, state, limit } })
  if (values.json) process.stdout.write(`${JSON.stringify(items)}\n`)
  else printTable(jobColumns, items, 'There are no such jobs')
}

async function failures(args: readonly string[]): Promise<void> {
  const { values } = readArguments('jobs', args, connectionOptions)
  const { items } = await connectCoordinator(values).call('listFailures')
  if (values.json) process.stdout.write(`${JSON.stringify(items)}\n`)
  else printTable(failureColumns, items, 'Nothing has failed')
}

async function retry(args: readonly string[], screen: ConsoleScreen): Promise<void> {
  const options = {
    ...connectionOptions,
    all: { type: 'boolean' },
    kind: { type: 'string' },
    code: { type: 'string' },
  } as const
  const isAll = args.includes('--all')
  const { values, positionals } = readArguments('jobs', args, options, isAll ? [] : ['ID'])
  const client = connectCoordinator(values)
  if (isAll) {
    const kind = values.kind === undefined ? {} : { kind: requireKind(values.kind) }
    const code = values.code === undefined ? {} : { code: values.code as never }
    const { jobs } = await client.call('retryDeadJobs', { body: { ...kind, ...code } })
    if (values.json) process.stdout.write(`${JSON.stringify({ jobs })}\n`)
    screen.say(`${number(jobs)} ${jobs === 1 ? 'job is' : 'jobs are'} queued again`)
    return
  }
  const job = await client.call('retryJob', { params: { id: requireId(positionals[0]!) } })
  if (values.json) process.stdout.write(`${JSON.stringify(job)}\n`)
  screen.say(`Job ${job.id} (${job.kind}) is ${job.state}`)
}

async function cancel(args: readonly string[], screen: ConsoleScreen): Promise<void> {
  const { values, positionals } = readArguments('jobs', args, connectionOptions, ['ID'])
  const job = await connectCoordinator(values).call('cancelJob', {
    params: { id: requireId(positionals[0]!) },
  })
  if (values.json) process.stdout.write(`${JSON.stringify(job)}\n`)
  screen.say(`Job ${job.id} (${job.kind}) is ${job.state}`)
}

function setPaused(paused: boolean) {
  return async (args: readonly string[], screen: ConsoleScreen): Promise<void> => {
    const { values, positionals } = readArguments('jobs', args, connectionOptions, ['KIND'])
    const kind = requireKind(positionals[0]!)
    const changed = await connectCoordinator(values).call('updateJobKind', {
      params: { kind },
      body: { paused },
    })
    if (values.json) process.stdout.write(`${JSON.stringify(changed)}\n`)
    screen.say(paused ? `No more ${kind} jobs start; those that run go on` : `${kind} jobs start again`)
  }
}

function requireKind(word: string): JobKind {
  const kind = JobKind.safeParse(word)
  if (kind.success) return kind.data
  const kinds = JobKind.options
  const hint = didYouMean(word, kinds) || `; there are ${kinds.join(', ')}`
  throw new AppError('bad_request', `There is no kind of job ${word}${hint}`)
}

function requireId(word: string): number {
  if (/^[1-9]\d{0,15}$/.test(word)) return Number(word)
  throw new AppError('bad_request', `${word} is no number of a job: hearth jobs list shows them`)
}

function number(value: number): string {
  return value.toLocaleString('en-US')
}
