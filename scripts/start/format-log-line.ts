const levels: Record<number, string> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
}
const omitted = new Set(['level', 'time', 'pid', 'hostname', 'name', 'msg'])

export type LogLine = { level: number; text: string }

/**
 * One log line of a process as one line for people. Values are written as JSON, so that a file name
 * cannot forge a line or move the cursor.
 */
export function formatLogLine(processName: string, line: string, now: Date): LogLine {
  const record = parse(line)
  const time = now.toTimeString().slice(0, 8)
  if (!record) return { level: 50, text: `${time} ${processName} error ${visible(line)}` }
  const fields = Object.entries(record)
    .filter(([key]) => !omitted.has(key))
    .map(([key, value]) => `${visible(key)}=${visible(JSON.stringify(value))}`)
  return {
    level: record.level,
    text: [
      time,
      processName,
      levels[record.level] ?? record.level,
      visible(textOf(record.msg)),
      ...fields,
    ].join(' '),
  }
}

type LogRecord = { level: number; msg?: unknown } & Record<string, unknown>

function parse(line: string): LogRecord | undefined {
  try {
    const record: unknown = JSON.parse(line)
    if (
      typeof record === 'object' &&
      record !== null &&
      'level' in record &&
      typeof record.level === 'number'
    ) {
      return record as LogRecord
    }
  } catch {
    // Not ours: a warning of a library, or the last words of a crash.
  }
  return undefined
}

/** Our own logs say a sentence; a library that writes JSON too may say anything. */
function textOf(message: unknown): string {
  return typeof message === 'string' ? message : (JSON.stringify(message) ?? '')
}

/** Control characters, marks of direction and separators of lines as their numbers. */
function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
