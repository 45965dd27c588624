import type { ErrorCode } from '../../protocol/errors.ts'

type ErrorWords = {
  /** Why jobs failed, as a heading. */
  short: string
  /** What helps, where something does. */
  advice?: string
}

/** The codes of `protocol/errors.ts` for people who look at failed jobs. */
export const errorWords: Record<ErrorCode, ErrorWords> = {
  bad_request: {
    short: 'The machine did not understand the job',
    advice: 'An older and a newer version of Hearth may be working together. Update all machines.',
  },
  unauthenticated: { short: 'The machine was not signed in' },
  forbidden: { short: 'It was not allowed' },
  not_found: { short: 'What it was about no longer exists' },
  conflict: { short: 'Something else changed it meanwhile' },
  too_large: { short: 'It was too large' },
  range_not_satisfiable: { short: 'The file was shorter than expected' },
  too_many_requests: { short: 'Too much was asked at once' },
  internal: {
    short: 'Something went wrong inside Hearth',
    advice: 'If it fails again after another try, the fault is in Hearth: open one of them and read its log.',
  },
  unavailable: { short: 'The server could not be reached' },
  version_unsupported: {
    short: 'The versions do not fit together',
    advice: 'Update the older machine, then try again.',
  },
  lease_lost: { short: 'The machine lost touch while working on it' },
  refused_by_agent: {
    short: 'The machine’s own settings forbid it',
    advice: 'Change the settings of that machine, then try again.',
  },
  library_offline: { short: 'The folder could not be reached' },
  file_missing: {
    short: 'The file was gone',
    advice: 'It was moved or deleted before it could be read; the next scan finds it where it is now.',
  },
  file_unreadable: {
    short: 'The file could not be read',
    advice: 'Check its permissions and the disk, then try again.',
  },
  file_changed: {
    short: 'The file kept changing',
    advice: 'It was probably still being copied. Try again when that has ended.',
  },
  timed_out: { short: 'It took too long' },
  program_missing: {
    short: 'A program is missing on the machine',
    advice: 'Install what the message names, then try again.',
  },
  scan_interrupted: { short: 'The scan was interrupted' },
  quarantined: {
    short: 'The machine stopped while working on it',
    advice:
      'It happened again and again, so it is set aside and everything else goes on. Try again after an update, or with the file replaced.',
  },
  source_unavailable: {
    short: 'The machine could not reach the originals',
    advice: 'See how it reads this library, on the dashboard under Machines.',
  },
  model_broken: {
    short: 'A model is not what it should be',
    advice: 'Fetch it again on that machine (`hearth models pull`), or choose another one.',
  },
  model_failed: {
    short: 'A model could not be run',
    advice: 'If it fails again after another try, choose another model or open one of them and read its log.',
  },
  model_missing: {
    short: 'No machine has the model',
    advice: 'See which models there are, under Understanding.',
  },
  machine_asleep: {
    short: 'A machine is being woken',
    advice: 'Try again in a minute.',
  },
  database_damaged: {
    short: 'The database is damaged',
    advice: 'Restore the newest backup (`hearth restore`); pictures and sidecars are not touched by that.',
  },
  disk_full: { short: 'The disk was full', advice: 'Make room, then try again.' },
}
